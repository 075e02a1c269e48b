//! Lists of images, well formed and not.

use super::*;

const CLASSES: &[&str] = &["Abyssinian", "Great Pyrenees"];
const GOOD: &str = "# image class species breed\nAbyssinian_2 1 1 1\r\ngreat_pyrenees_12 2 2 1\nAbyssinian_10 1 1 1\n";
const TEST: &str = "Abyssinian_1 1 1 1\ngreat_pyrenees_1 2 2 1\n";

fn found(trainval: &str, test: &str) -> Result<FolderScan, DataError> {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(LISTS)).unwrap();
    for (file, text) in FILES.into_iter().zip([trainval, test]) {
        fs::write(folder.path().join(LISTS).join(file), text).unwrap();
    }
    scan(folder.path(), CLASSES)
}

#[test]
fn every_line_is_an_image_with_its_class_and_split() {
    let found = found(GOOD, TEST).unwrap();
    assert_eq!(found.classes, CLASSES);
    let images = |split: &ScannedSplit| -> Vec<(String, u16)> {
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
