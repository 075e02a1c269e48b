//! Lists of the class and split of every image, as in the Oxford-IIIT Pet data set.
//!
//! A line is `Abyssinian_100 1 1 1`: the name of the image, the number of its class from 1, cat or
//! dog, and the number of the breed among those. The name contains the class as well; a line in
//! which the two differ is refused, because one of them must be wrong.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use crate::data::error::{DataError, FolderError};
use crate::data::sources::folder::{FolderScan, ScannedImage, ScannedSplit};

/// Folder of the images.
pub const IMAGES: &str = "images";

/// Folder of the lists.
pub const LISTS: &str = "annotations";

/// The lists of the training and of the test images.
pub const FILES: [&str; 2] = ["trainval.txt", "test.txt"];

/// Finds the images of `folder` by its lists; whether their files exist is not checked.
///
/// # Errors
/// A list cannot be read, a line is malformed, an image is listed twice, or a class has no image in
/// one of the lists.
pub fn scan(folder: &Path, classes: &[&str]) -> Result<FolderScan, DataError> {
    let mut seen = HashSet::new();
    let mut split = |name, file| {
        let list = folder.join(LISTS).join(file);
        let mut images = read(&list, folder, classes, &mut seen)?;
        images.sort_by(|a, b| (a.label, &a.relative).cmp(&(b.label, &b.relative)));
        Ok::<_, DataError>(ScannedSplit {
            name,
            folder: folder.join(IMAGES),
            images,
        })
    };
    Ok(FolderScan {
        train: split("train", FILES[0])?,
        valid: None,
        test: Some(split("test", FILES[1])?),
        classes: classes.iter().map(|class| (*class).to_owned()).collect(),
    })
}

fn read(
    list: &Path,
    folder: &Path,
    classes: &[&str],
    seen: &mut HashSet<String>,
) -> Result<Vec<ScannedImage>, DataError> {
    let text = fs::read_to_string(list).map_err(DataError::io("read", list))?;
    let mut images = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let refused = |expected: String| DataError::ListLine {
            path: list.to_path_buf(),
            line: index + 1,
            expected,
            received: line.to_owned(),
        };
        let (name, label) = parse(line, classes).map_err(refused)?;
        if !seen.insert(name.to_owned()) {
            return Err(refused(format!("every image once, and `{name}` again")));
        }
        images.push(ScannedImage {
            path: folder.join(IMAGES).join(format!("{name}.jpg")),
            relative: format!("{}/{name}.jpg", classes[label]),
            label: label as u16,
        });
    }
    let counted: HashSet<u16> = images.iter().map(|image| image.label).collect();
    match (0..classes.len()).find(|&label| !counted.contains(&(label as u16))) {
        None => Ok(images),
        Some(label) => Err(FolderError::EmptyClass {
            path: list.to_path_buf(),
            class: classes[label].to_owned(),
        }
        .into()),
    }
}

/// Name and label in a line, or a description of what was expected.
fn parse<'a>(line: &'a str, classes: &[&str]) -> Result<(&'a str, usize), String> {
    let mut words = line.split_ascii_whitespace();
    let (Some(name), Some(number)) = (words.next(), words.next()) else {
        return Err("an image's name and the number of its class".to_owned());
    };
    // The name becomes part of a path.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let breed = name.rsplit_once('_').filter(|_| name.bytes().all(plain));
    let Some((breed, _)) = breed else {
        return Err("a name like great_pyrenees_12".to_owned());
    };
    let label = number.parse::<usize>().ok();
    let label = label.and_then(|number| number.checked_sub(1));
    let Some(label) = label.filter(|&label| label < classes.len()) else {
        return Err(format!("a class from 1 to {}", classes.len()));
    };
    match breed.replace('_', " ").eq_ignore_ascii_case(classes[label]) {
        true => Ok((name, label)),
        false => Err(format!(
            "an image of class {}, {}",
            label + 1,
            classes[label]
        )),
    }
}

#[cfg(test)]
mod tests;
