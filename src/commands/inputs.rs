//! The pictures that the inputs of `convlab predict` and `convlab prepare` stand for.
//!
//! Nothing here ends the command: an input that cannot be used keeps its place in the list,
//! with the reason, and those after it are still done.

use std::fs;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use crate::data::decoding::has_image_extension;

/// A picture to decode, or an input that led to none.
pub(super) type Input = Result<PathBuf, BadInput>;

/// Why an input, or something in a folder, cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadInput {
    pub path: PathBuf,
    /// A sentence that names the path.
    pub reason: String,
}

fn bad(path: &Path, reason: String) -> Input {
    Err(BadInput {
        path: path.to_path_buf(),
        reason,
    })
}

/// Files as given, pictures in folders by name, and for `-` the lines of `stdin`.
pub(super) fn pictures(inputs: &[PathBuf], mut stdin: impl BufRead) -> Vec<Input> {
    let mut found = Vec::new();
    for input in inputs {
        let before = found.len();
        if input == Path::new("-") {
            read_paths(&mut stdin, &mut found);
            if found.len() == before {
                let reason = "standard input held no paths; expected one path per line";
                found.push(bad(input, reason.into()));
            }
        } else if input.is_dir() {
            walk(input, &mut found);
            if found.len() == before {
                let folder = input.display();
                let reason = format!("the folder {folder} holds no pictures; check the path");
                found.push(bad(input, reason));
            }
        } else {
            found.push(Ok(input.clone()));
        }
    }
    found
}

fn read_paths(stdin: &mut impl BufRead, found: &mut Vec<Input>) {
    // Not by `lines`: a path need not be UTF-8.
    for line in stdin.split(b'\n') {
        match line {
            Ok(mut line) => {
                if line.ends_with(b"\r") {
                    line.pop();
                }
                if !line.trim_ascii().is_empty() {
                    found.push(Ok(path_of(line)));
                }
            }
            Err(error) => {
                let reason = format!("cannot read paths from standard input: {error}");
                found.push(bad(Path::new("-"), reason));
                return;
            }
        }
    }
}

#[cfg(unix)]
fn path_of(line: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    std::ffi::OsString::from_vec(line).into()
}

/// Paths are Unicode here, so other bytes can only name a file that is not there.
#[cfg(not(unix))]
fn path_of(line: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&line).into_owned().into()
}

fn walk(folder: &Path, found: &mut Vec<Input>) {
    let unlistable = |error: io::Error| {
        let folder_name = folder.display();
        bad(
            folder,
            format!("cannot list the folder {folder_name}: {error}"),
        )
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return found.push(unlistable(error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) => paths.push(entry.path()),
            Err(error) => found.push(unlistable(error)),
        }
    }
    paths.sort();
    for path in paths {
        match path.metadata() {
            Ok(metadata) if metadata.is_dir() && path.is_symlink() => {
                let reason = format!(
                    "{} is a link to a folder and not followed, as it can lead in circles; \
                     give the folder itself to have its pictures read",
                    path.display()
                );
                found.push(bad(&path, reason));
            }
            Ok(metadata) if metadata.is_dir() => walk(&path, found),
            // A broken link without an extension may have led to a folder. Decoding says what is
            // wrong with it, and with pipes and devices that are named like pictures.
            Err(_) if path.extension().is_none() => found.push(Ok(path)),
            _ if has_image_extension(&path) => found.push(Ok(path)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_in(folder: &Path) -> Vec<Input> {
        pictures(&[folder.to_path_buf()], io::empty())
    }

    fn reason(input: &Input) -> &str {
        &input.as_ref().unwrap_err().reason
    }

    #[test]
    fn folders_give_their_pictures_by_name_at_any_depth() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("b")).unwrap();
        for name in ["c.PNG", "a.jpg", "b/z.bmp", "notes.txt", "png"] {
            fs::write(path(name), "").unwrap();
        }
        let expected = ["a.jpg", "b/z.bmp", "c.PNG"].map(|name| Ok(path(name)));
        assert_eq!(found_in(folder.path()), expected);
    }

    #[test]
    fn an_empty_folder_is_reported_and_the_other_inputs_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let inputs = [folder.path().to_path_buf(), "a.png".into()];
        let found = pictures(&inputs, io::empty());
        assert!(reason(&found[0]).contains("holds no pictures"), "{found:?}");
        assert_eq!(found[1..], [Ok("a.png".into())]);
    }

    #[test]
    fn standard_input_without_paths_is_reported() {
        for stdin in ["", "\n \n\r\n"] {
            let found = pictures(&["-".into()], stdin.as_bytes());
            assert_eq!(found.len(), 1);
            assert!(reason(&found[0]).contains("held no paths"), "{found:?}");
        }
    }

    #[test]
    fn standard_input_that_breaks_off_is_reported_after_the_paths_it_gave() {
        struct Broken;
        impl io::Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("gone"))
            }
        }
        let stdin = io::Read::chain(b"a.png\nb.png\n".as_slice(), io::BufReader::new(Broken));
        let found = pictures(&["-".into()], stdin);
        assert_eq!(found[..2], [Ok("a.png".into()), Ok("b.png".into())]);
        assert!(reason(&found[2]).ends_with("gone"), "{found:?}");
    }

    #[cfg(unix)]
    mod unix {
        use super::*;
        use std::os::unix::ffi::OsStrExt;
        use std::os::unix::fs::{PermissionsExt, symlink};

        #[test]
        fn lines_that_are_not_utf8_are_paths_too() {
            let found = pictures(&["-".into()], b"\xff.png\r\n\na b.png".as_slice());
            let odd = Path::new(std::ffi::OsStr::from_bytes(b"\xff.png"));
            assert_eq!(found, [Ok(odd.into()), Ok("a b.png".into())]);
        }

        #[test]
        fn links_that_lead_nowhere_or_in_circles_are_not_dropped() {
            let folder = tempfile::tempdir().unwrap();
            let path = |name: &str| folder.path().join(name);
            symlink("nowhere.png", path("broken.png")).unwrap();
            symlink("circle.png", path("circle.png")).unwrap();
            symlink(".", path("folder")).unwrap();
            symlink("nowhere", path("lost")).unwrap();
            symlink("nowhere.txt", path("notes.txt")).unwrap();
            let found = found_in(folder.path());
            assert_eq!(found.len(), 4, "{found:?}");
            assert_eq!(
                found[..2],
                ["broken.png", "circle.png"].map(|n| Ok(path(n)))
            );
            assert!(reason(&found[2]).contains("link to a folder"), "{found:?}");
            assert_eq!(found[3], Ok(path("lost")));
        }

        #[test]
        fn a_folder_that_cannot_be_listed_is_reported_and_the_rest_kept() {
            let folder = tempfile::tempdir().unwrap();
            let path = |name: &str| folder.path().join(name);
            fs::create_dir(path("closed")).unwrap();
            fs::write(path("open.png"), "").unwrap();
            fs::set_permissions(path("closed"), fs::Permissions::from_mode(0o0)).unwrap();
            if fs::read_dir(path("closed")).is_ok() {
                return; // The superuser may list anything.
            }
            let found = found_in(folder.path());
            let expected = format!("cannot list the folder {}", path("closed").display());
            assert!(reason(&found[0]).starts_with(&expected), "{found:?}");
            assert_eq!(found[1..], [Ok(path("open.png"))]);
        }
    }
}
