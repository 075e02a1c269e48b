//! The pictures that inputs stand for: files, folders of files, or paths on standard input.
//!
//! An input that cannot be used keeps its place in the list, with the reason, and those after it
//! are still done.

use std::fs;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use crate::data::decoding::has_image_extension;

/// A picture to decode, or an input that led to none.
pub type PictureInput = Result<PathBuf, UnusableInput>;

/// Why an input, or something in a folder, cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusableInput {
    pub path: PathBuf,
    /// A sentence that names the path.
    pub reason: String,
}

fn unusable(path: &Path, reason: String) -> PictureInput {
    Err(UnusableInput {
        path: path.to_path_buf(),
        reason,
    })
}

/// Files as given, pictures in folders by name, and for `-` the lines of `stdin`.
pub fn find_pictures(inputs: &[PathBuf], mut stdin: impl BufRead) -> Vec<PictureInput> {
    let mut found = Vec::new();
    for input in inputs {
        let before = found.len();
        if input == Path::new("-") {
            read_paths(&mut stdin, &mut found);
            if found.len() == before {
                let reason = "standard input held no paths; expected one path per line";
                found.push(unusable(input, reason.into()));
            }
        } else if input.is_dir() {
            walk(input, &mut found);
            if found.len() == before {
                let folder = input.display();
                let reason = format!("the folder {folder} holds no pictures; check the path");
                found.push(unusable(input, reason));
            }
        } else {
            found.push(Ok(input.clone()));
        }
    }
    found
}

fn read_paths(stdin: &mut impl BufRead, found: &mut Vec<PictureInput>) {
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
                found.push(unusable(Path::new("-"), reason));
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

fn walk(folder: &Path, found: &mut Vec<PictureInput>) {
    let unlistable = |error: io::Error| {
        let folder_name = folder.display();
        unusable(
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
                found.push(unusable(&path, reason));
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
mod tests;
