//! Archives whole, damaged and hostile.

use std::fs;
use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{EntryType, Header};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

const LIMITS: Limits = Limits {
    entries: 10,
    file_bytes: 200_000,
    total_bytes: 500_000,
};

const IMAGE: &[u8] = b"as good as a picture";

/// Names and contents, as a zip archive.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Positions of the records of a zip archive's directory.
fn records(zip: &[u8]) -> Vec<usize> {
    let starts = zip.windows(4).enumerate();
    let starts = starts.filter(|(_, bytes)| *bytes == b"PK\x01\x02");
    starts.map(|(position, _)| position).collect()
}

/// Overwrites 4 bytes of the last record of a zip archive's directory.
fn patch(zip: &mut [u8], offset: usize, value: u32) {
    let field = records(zip).pop().unwrap() + offset;
    zip[field..field + 4].copy_from_slice(&value.to_le_bytes());
}

/// Where a record of the directory has the length of the file.
const SIZE: usize = 24;
/// ... its mode, in the upper half.
const MODE: usize = 38;
/// ... the place of the file in the archive.
const PLACE: usize = 42;

/// Names, kinds and contents, as a plain tar archive; names are written as they are.
fn tar(files: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, kind, content) in files {
        let mut header = Header::new_gnu();
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        if matches!(kind, EntryType::Symlink | EntryType::Link) {
            header.set_link_name("/etc/passwd").unwrap();
        }
        header.set_cksum();
        builder.append(&header, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Takes the `.jpg` files out of an archive; gives their names and contents.
fn unpacked(archive: &[u8]) -> Result<Vec<(String, Vec<u8>)>, DownloadError> {
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("inside");
    fs::create_dir(&folder).unwrap();
    let path = outside.path().join("archive");
    fs::write(&path, archive).unwrap();
    let target = |name: &str| name.ends_with(".jpg").then(|| name.to_owned());
    let mut last = 0;
    let result = extract(&path, &folder, LIMITS, &target, &mut |done| {
        assert!((last..=archive.len() as u64).contains(&done), "{done}");
        last = done;
    });
    let beside: Vec<_> = fs::read_dir(outside.path()).unwrap().collect();
    assert_eq!(beside.len(), 2, "something was written beside the folder");
    let mut files = Vec::new();
    collect(&folder, "", &mut files);
    assert_eq!(result?, files.len());
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(Result::unwrap).collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        match entry.file_type().unwrap().is_dir() {
            true => collect(&entry.path(), &format!("{name}/"), files),
            false => files.push((name, fs::read(entry.path()).unwrap())),
        }
    }
}

fn problem(archive: &[u8]) -> ArchiveProblem {
    match unpacked(archive) {
        Err(error @ DownloadError::Archive { .. }) => {
            let text = error.to_string();
            for part in ["archive", "expected", "convlab data fetch"] {
                let damaged = text.contains("damaged") && part == "expected";
                assert!(damaged || text.contains(part), "no `{part}` in: {text}");
            }
            let DownloadError::Archive { problem, .. } = error else {
                unreachable!()
            };
            problem
        }
        Err(error) => panic!("{error}"),
        Ok(files) => panic!("unpacked {:?}", files.iter().map(|file| &file.0)),
    }
}

const FILE: EntryType = EntryType::Regular;

#[test]
fn only_what_is_needed_is_written_from_every_format() {
    let zipped = zip(&[
        ("a/1.jpg", IMAGE),
        ("readme[1].txt", b"no"),
        ("a/2.jpg", &[7; 100_000]),
        ("a/b/3.jpg", b""),
    ]);
    let tarred = tar(&[
        ("./a/", EntryType::Directory, b""),
        ("./a/1.jpg", FILE, IMAGE),
        ("readme[1].txt", FILE, b"no"),
        ("a/2.jpg", FILE, &[7; 100_000]),
        ("a/b/3.jpg", FILE, b""),
    ]);
    let expected = [
        ("a/1.jpg".to_owned(), IMAGE.to_vec()),
        ("a/2.jpg".to_owned(), vec![7; 100_000]),
        ("a/b/3.jpg".to_owned(), Vec::new()),
    ];
    for archive in [&zipped, &tarred, &gzip(&tarred)] {
        assert_eq!(unpacked(archive).unwrap(), expected);
    }
}

#[test]
fn a_name_that_leads_elsewhere_refuses_the_archive_even_where_it_is_not_needed() {
    for name in [
        "../1.jpg",
        "a/../../1.jpg",
        "/tmp/1.jpg",
        "C:/1.jpg",
        "..\\1.jpg",
        "a\\1.jpg",
        "1.jpg:stream",
        "a\n1.jpg",
        "../notes.txt",
    ] {
        for archive in [
            zip(&[("ok.jpg", IMAGE), (name, IMAGE)]),
            gzip(&tar(&[("ok.jpg", FILE, IMAGE), (name, FILE, IMAGE)])),
        ] {
            let problem = problem(&archive);
            let unsafe_name = matches!(&problem, ArchiveProblem::UnsafeName { name: found, .. }
                if *found == name.escape_debug().to_string());
            assert!(unsafe_name, "{name}: {problem}");
        }
    }
}

#[test]
fn links_devices_and_pipes_are_refused() {
    for kind in [
        EntryType::Symlink,
        EntryType::Link,
        EntryType::Char,
        EntryType::Block,
        EntryType::Fifo,
        EntryType::Continuous,
    ] {
        let found = problem(&gzip(&tar(&[("1.jpg", kind, b"")])));
        assert!(
            matches!(found, ArchiveProblem::NotAFile { .. }),
            "{kind:?}: {found}"
        );
    }
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    writer.add_symlink("1.jpg", "/etc/passwd", options).unwrap();
    let link = writer.finish().unwrap().into_inner();
    let found = problem(&link);
    assert!(found.to_string().contains("a symbolic link"), "{found}");
    let mut device = zip(&[("1.jpg", IMAGE)]);
    patch(&mut device, MODE, 0o060_644 << 16);
    let found = problem(&device);
    assert!(found.to_string().contains("a device"), "{found}");
}

#[test]
fn a_name_twice_is_refused() {
    let tarred = tar(&[("1.jpg", FILE, IMAGE), ("./1.jpg", FILE, b"other")]);
    let zipped = zip(&[("1.jpg", IMAGE), ("./1.jpg", b"other")]);
    // The program that writes zip archives does not write such a one.
    let mut same = zip(&[("1.jpg", IMAGE), ("2.jpg", IMAGE)]);
    for position in 0..same.len() - 5 {
        if &same[position..position + 5] == b"2.jpg" {
            same[position] = b'1';
        }
    }
    for archive in [gzip(&tarred), zipped, same] {
        let found = problem(&archive);
        assert!(matches!(found, ArchiveProblem::Twice { .. }), "{found}");
    }
}

#[test]
fn more_entries_than_the_limit_are_refused() {
    let names: Vec<String> = (0..11).map(|n| format!("{n}.txt")).collect();
    let zipped: Vec<_> = names.iter().map(|name| (name.as_str(), IMAGE)).collect();
    let tarred: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), FILE, IMAGE))
        .collect();
    for archive in [zip(&zipped), gzip(&tar(&tarred))] {
        let found = problem(&archive).to_string();
        assert!(found.contains("at most 10 entries"), "{found}");
    }
}

#[test]
fn a_file_that_unpacks_to_more_than_the_limit_is_refused_before_it_is_written() {
    let bomb = vec![0; 2_000_000];
    for archive in [
        zip(&[("1.jpg", &bomb)]),
        gzip(&tar(&[("1.jpg", FILE, &bomb)])),
        gzip(&tar(&[("notes.txt", FILE, &bomb)])),
    ] {
        assert!(archive.len() < 20_000, "{}", archive.len());
        let found = problem(&archive).to_string();
        assert!(
            found.contains("200000 bytes in a file") && found.contains("2000000"),
            "{found}"
        );
    }
}

#[test]
fn files_that_are_too_much_together_are_refused() {
    let file = vec![0; 190_000];
    let names = ["1.txt", "2.txt", "3.jpg"];
    for archive in [
        zip(&names.map(|name| (name, &file[..]))),
        gzip(&tar(&names.map(|name| (name, FILE, &file[..])))),
    ] {
        let found = problem(&archive).to_string();
        assert!(found.contains("500000 bytes in all files"), "{found}");
    }
    let large = zip(&[("1.jpg", IMAGE)]);
    let large = [large, vec![0; 600_000]].concat();
    let found = problem(&large).to_string();
    assert!(found.contains("500000 bytes of archive"), "{found}");
}

#[test]
fn a_file_that_is_not_as_long_as_it_says_is_refused() {
    let content = vec![1; 100_000];
    for says in [10, 100_001] {
        let mut archive = zip(&[("1.jpg", &content)]);
        patch(&mut archive, SIZE, says);
        let found = problem(&archive);
        let wrong = matches!(
            found,
            ArchiveProblem::WrongSize { .. } | ArchiveProblem::Damaged { .. }
        );
        assert!(wrong, "{says}: {found}");
    }
    // A bomb that says it is small.
    let mut archive = zip(&[("1.jpg", &vec![0; 50_000_000])]);
    patch(&mut archive, SIZE, 1000);
    let found = problem(&archive);
    let wrong = matches!(
        found,
        ArchiveProblem::WrongSize { .. } | ArchiveProblem::Damaged { .. }
    );
    assert!(wrong, "{found}");
}

#[test]
fn files_that_share_their_bytes_are_refused() {
    let mut archive = zip(&[("1.jpg", IMAGE), ("2.jpg", IMAGE)]);
    patch(&mut archive, PLACE, 0);
    assert_eq!(problem(&archive), ArchiveProblem::Overlap);
}

#[test]
fn a_header_that_asks_for_endless_memory_is_refused() {
    let long_name = vec![b'a'; 5_000_000];
    let archive = gzip(&tar(&[
        ("././@LongLink", EntryType::GNULongName, &long_name),
        ("1.jpg", FILE, IMAGE),
    ]));
    let found = problem(&archive).to_string();
    assert!(found.contains("a header or the end is too long"), "{found}");
    let endless = [tar(&[("1.jpg", FILE, IMAGE)]), vec![0; 40 << 20]].concat();
    let found = problem(&gzip(&endless)).to_string();
    assert!(found.contains("a header or the end is too long"), "{found}");
}

#[test]
fn an_archive_cut_short_or_altered_is_refused() {
    let noise: Vec<u8> = (0..50_000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let packed = gzip(&tar(&[("1.jpg", FILE, &noise), ("2.jpg", FILE, &noise)]));
    let zipped = zip(&[("1.jpg", &noise), ("2.jpg", &noise)]);
    for archive in [&packed, &zipped] {
        for length in [archive.len() / 2, archive.len() - 30, archive.len() - 4] {
            let found = problem(&archive[..length]);
            assert!(matches!(found, ArchiveProblem::Damaged { .. }), "{found}");
        }
        let mut altered = archive.clone();
        altered[archive.len() / 3] ^= 0x55;
        let found = problem(&altered);
        assert!(matches!(found, ArchiveProblem::Damaged { .. }), "{found}");
    }
    // A plain tar archive has no checksum of its contents.
    let plain = tar(&[("1.jpg", FILE, &noise)]);
    problem(&plain[..20_000]);
}

#[test]
fn something_else_is_refused_with_its_first_bytes() {
    for (content, found) in [
        (&b"<html>please log in</html>"[..], "3c 68 74 6d"),
        (b"", "an empty file"),
        (b"P", "50"),
    ] {
        let found = found.to_owned();
        assert_eq!(problem(content), ArchiveProblem::UnknownFormat { found });
    }
}

#[test]
fn an_encrypted_file_is_refused() {
    let mut archive = zip(&[("1.jpg", IMAGE)]);
    let flags = records(&archive)[0] + 8;
    archive[flags] |= 1;
    archive[6] |= 1;
    let found = problem(&archive).to_string();
    assert!(found.contains("encrypted"), "{found}");
}

#[cfg(unix)]
#[test]
fn a_link_that_is_in_the_way_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let victim = folder.path().join("victim");
    let inside = folder.path().join("inside");
    fs::write(&victim, "mine").unwrap();
    fs::create_dir(&inside).unwrap();
    std::os::unix::fs::symlink(&victim, inside.join("1.jpg")).unwrap();
    let archive = folder.path().join("archive");
    fs::write(&archive, zip(&[("1.jpg", IMAGE)])).unwrap();
    let target = |name: &str| Some(name.to_owned());
    let error = extract(&archive, &inside, LIMITS, &target, &mut |_| ());
    assert!(error.is_err());
    assert_eq!(fs::read(&victim).unwrap(), b"mine");
}
