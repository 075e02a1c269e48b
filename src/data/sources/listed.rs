//! Images whose class and split stand in lists, as the Oxford-IIIT Pet data set has them.
//!
//! A line is `Abyssinian_100 1 1 1`: the image's name, the number of its class from 1, cat or
//! dog, and the number of the breed among those. The class is in the name as well; a list in
//! which the two disagree is refused, since one of them must be wrong.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use super::folder_scan::{Found, FoundImage, FoundSplit};
use crate::data::error::DataError;
use crate::data::error::FolderError;

/// Folder of the images.
pub const IMAGES: &str = "images";

/// Folder of the lists.
pub const LISTS: &str = "annotations";

/// The lists of the training and of the test images.
pub const FILES: [&str; 2] = ["trainval.txt", "test.txt"];

/// Finds the images of `folder` by its lists; whether they are there is not looked at.
///
/// # Errors
/// Where a list cannot be read, a line is not of the form above, an image is listed twice, or a
/// class has no image in one of the lists.
pub fn find(folder: &Path, classes: &[&str]) -> Result<Found, DataError> {
    let mut seen = HashSet::new();
    let mut split = |name, file| {
        let list = folder.join(LISTS).join(file);
        let mut images = read(&list, folder, classes, &mut seen)?;
        images.sort_by(|a, b| (a.label, &a.relative).cmp(&(b.label, &b.relative)));
        Ok::<_, DataError>(FoundSplit {
            name,
            folder: folder.join(IMAGES),
            images,
        })
    };
    Ok(Found {
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
) -> Result<Vec<FoundImage>, DataError> {
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
        images.push(FoundImage {
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

/// Name and label of a line, or what was expected.
fn parse<'a>(line: &'a str, classes: &[&str]) -> Result<(&'a str, usize), String> {
    let mut words = line.split_ascii_whitespace();
    let (Some(name), Some(number)) = (words.next(), words.next()) else {
        return Err("an image's name and the number of its class".to_owned());
    };
    // A name is part of a path.
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
mod tests {
    use super::*;

    const CLASSES: &[&str] = &["Abyssinian", "Great Pyrenees"];
    const GOOD: &str = "# image class species breed\nAbyssinian_2 1 1 1\r\ngreat_pyrenees_12 2 2 1\nAbyssinian_10 1 1 1\n";
    const TEST: &str = "Abyssinian_1 1 1 1\ngreat_pyrenees_1 2 2 1\n";

    fn found(trainval: &str, test: &str) -> Result<Found, DataError> {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(LISTS)).unwrap();
        for (file, text) in FILES.into_iter().zip([trainval, test]) {
            fs::write(folder.path().join(LISTS).join(file), text).unwrap();
        }
        find(folder.path(), CLASSES)
    }

    #[test]
    fn every_line_is_an_image_with_its_class_and_split() {
        let found = found(GOOD, TEST).unwrap();
        assert_eq!(found.classes, CLASSES);
        let images = |split: &FoundSplit| -> Vec<(String, u16)> {
            let images = split.images.iter();
            images
                .map(|image| (image.relative.clone(), image.label))
                .collect()
        };
        assert_eq!(
            images(&found.train),
            [
                ("Abyssinian/Abyssinian_10.jpg".into(), 0),
                ("Abyssinian/Abyssinian_2.jpg".into(), 0),
                ("Great Pyrenees/great_pyrenees_12.jpg".into(), 1)
            ]
        );
        let test = found.test.unwrap();
        assert_eq!(images(&test).len(), 2);
        let path = &test.images[1].path;
        assert!(path.ends_with("images/great_pyrenees_1.jpg"), "{path:?}");
    }

    #[test]
    fn a_line_that_makes_no_sense_is_refused_with_file_and_number() {
        for (line, expected) in [
            ("Abyssinian_3", "the number of its class"),
            ("Abyssinian 1 1 1", "a name like"),
            ("../../Abyssinian_3 1 1 1", "a name like"),
            ("Abyssinian_3 0 1 1", "a class from 1 to 2"),
            ("Abyssinian_3 3 1 1", "a class from 1 to 2"),
            ("Abyssinian_3 one 1 1", "a class from 1 to 2"),
            ("Abyssinian_3 2 1 1", "class 2, Great Pyrenees"),
            ("Abyssinian_2 1 1 1", "every image once"),
        ] {
            let error = found(&format!("{GOOD}{line}\n"), TEST).err().unwrap();
            let error = error.to_string();
            for part in ["trainval.txt", "line 5", line, expected] {
                assert!(error.contains(part), "`{part}` is not in: {error}");
            }
        }
    }

    #[test]
    fn an_image_in_both_lists_and_a_class_in_one_only_are_refused() {
        let error = found(GOOD, GOOD).err().unwrap().to_string();
        assert!(error.contains("test.txt"), "{error}");
        let error = found(GOOD, "Abyssinian_1 1 1 1").err().unwrap().to_string();
        assert!(
            error.contains("test.txt") && error.contains("Great Pyrenees"),
            "{error}"
        );
    }
}
