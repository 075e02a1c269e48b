//! Files that were mistaken for weights.

use std::io::Write;

use super::fixtures::{Pickle, zip_file};
use super::hostile::refused;
use crate::weights::{WeightFile, WeightFileError};

#[test]
fn what_is_no_file_of_weights_is_told_by_its_content() {
    let mut other_zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    other_zip
        .start_file("notes.txt", zip::write::SimpleFileOptions::default())
        .unwrap();
    other_zip.write_all(b"hello").unwrap();
    let other_zip = other_zip.finish().unwrap().into_inner();
    let mut script = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in ["net/data.pkl", "net/constants.pkl"] {
        let options = zip::write::SimpleFileOptions::default();
        script.start_file(name, options).unwrap();
    }
    let script = script.finish().unwrap().into_inner();
    for (content, found) in [
        (
            &b"\n <!DOCTYPE html><html>not found</html>"[..],
            "a web page",
        ),
        (
            b"version https://git-lfs.github.com/spec/v1\n",
            "a Git LFS pointer",
        ),
        (b"\x1f\x8b\x08\0", "a gzip archive"),
        (b"\x89PNG\r\n\x1a\n", "content that starts with \"\\x89PNG"),
        (
            b"city,population\n",
            "content that starts with \"city,popula",
        ),
        (b"\x80\x02}.", "a pickle by itself"),
        (&other_zip, "without PyTorch's data.pkl"),
        (&script, "a TorchScript program"),
    ] {
        let error = refused(content);
        assert!(
            matches!(error, WeightFileError::NotWeights { .. }),
            "{error}"
        );
        assert!(error.to_string().contains(found), "{found}: {error}");
    }
}

#[test]
fn an_empty_a_missing_and_a_useless_file_are_told_apart() {
    assert!(matches!(refused(b""), WeightFileError::Empty { .. }));
    let nothing = zip_file(&Pickle::new().raw(b"}").end(), &[]);
    assert!(matches!(
        refused(&nothing),
        WeightFileError::NoTensors { .. }
    ));
    let folder = tempfile::tempdir().unwrap();
    let error = WeightFile::open(&folder.path().join("none.pth")).unwrap_err();
    assert!(matches!(error, WeightFileError::Read { .. }), "{error}");
    let error = WeightFile::open(folder.path()).unwrap_err();
    assert!(
        matches!(error, WeightFileError::NotWeights { .. }),
        "{error}"
    );
}
