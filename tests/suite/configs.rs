//! `convlab configs` hands out the example configurations.

use super::*;

/// The names of the files in `configs/`, sorted.
fn files() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs");
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn original(file: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs");
    fs::read_to_string(folder.join(file)).unwrap()
}

#[test]
fn every_example_is_listed_with_a_sentence_and_printed_by_its_name() {
    let place = Workplace::new();
    let list = place.succeed(&["configs"]);
    for file in files() {
        let name = file.strip_suffix(".toml").unwrap();
        let line = list
            .lines()
            .find(|line| line.split(' ').next() == Some(name));
        assert!(
            line.is_some_and(|line| line.len() > name.len() + 20),
            "{name} in:\n{list}"
        );
    }
    let text = original("fashion-dense.toml");
    assert_eq!(place.succeed(&["configs", "fashion-dense"]), text);
    assert_eq!(place.succeed(&["configs", "fashion-dense.toml"]), text);
    let errors = place.refuse(&["configs", "fashon-dense"]);
    assert!(
        errors.contains("did you mean \"fashion-dense\"?"),
        "{errors}"
    );
}

#[test]
fn all_examples_are_written_and_then_found() {
    let place = Workplace::new();
    let count = files().len();
    let printed = place.succeed(&["configs", "--out", "my/configs"]);
    assert!(printed.contains(&format!("{count} written")), "{printed}");
    for file in files() {
        let written = fs::read_to_string(place.path("my/configs").join(&file)).unwrap();
        assert_eq!(written, original(&file));
    }
    let again = place.succeed(&["configs", "--out", "my/configs"]);
    assert!(
        again.contains(&format!("0 written to my/configs, {count} there already")),
        "{again}"
    );
    let one = place.succeed(&["configs", "quickstart", "--out", "one"]);
    assert!(one.contains("1 written"), "{one}");
    assert_eq!(fs::read_dir(place.path("one")).unwrap().count(), 1);
}

#[test]
fn a_file_that_differs_is_left_as_it_is_and_the_others_are_written() {
    let place = Workplace::new();
    let mine = place.write("configs/folder.toml", "[training]\nepochs = 3\n");
    fs::create_dir_all(place.path("configs/quickstart.toml")).unwrap();
    let errors = place.refuse(&["configs", "--out", "configs"]);
    for part in ["folder.toml", "quickstart.toml", "rename it", "--out"] {
        assert!(errors.contains(part), "{errors}");
    }
    assert_eq!(
        fs::read_to_string(&mine).unwrap(),
        "[training]\nepochs = 3\n"
    );
    assert_eq!(
        fs::read_dir(place.path("configs")).unwrap().count(),
        files().len()
    );
    // What the error says to do works.
    fs::rename(&mine, place.path("configs/mine.toml")).unwrap();
    fs::remove_dir(place.path("configs/quickstart.toml")).unwrap();
    let printed = place.succeed(&["configs", "--out", "configs"]);
    assert!(printed.contains("2 written"), "{printed}");
    place.write("file", "");
    let errors = place.refuse(&["configs", "--out", "file"]);
    assert!(errors.contains("cannot make the folder file"), "{errors}");
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed() {
    let place = Workplace::new();
    fs::create_dir(place.path("configs")).unwrap();
    std::os::unix::fs::symlink("elsewhere.toml", place.path("configs/folder.toml")).unwrap();
    let errors = place.refuse(&["configs", "folder", "--out", "configs"]);
    assert!(errors.contains("left as it is"), "{errors}");
    assert!(!place.path("configs/elsewhere.toml").exists());
}

#[test]
fn an_example_that_is_not_there_yet_is_told_how_to_be_written() {
    let place = Workplace::new();
    let missing = "configs/unsegmented-mnist.toml";
    for command in [
        vec!["train", missing],
        vec!["prepare", "photo.png", "--out", "out", "--config", missing],
        vec!["data", "check", "--config", missing],
        vec!["data", "preview", "--config", missing, "--out", "sheet.png"],
    ] {
        let errors = place.refuse(&command);
        assert!(
            errors.contains("`convlab configs --out configs`"),
            "{command:?}: {errors}"
        );
        assert!(errors.contains(missing), "{command:?}: {errors}");
    }
    for name in ["quickstart", "quickstart.toml"] {
        let errors = place.refuse(&["train", name]);
        assert!(errors.contains("quickstart.toml among them"), "{errors}");
    }
    let errors = place.refuse(&["train", "mine.toml"]);
    assert!(!errors.contains("convlab configs"), "{errors}");
    // What the error says to do works.
    place.succeed(&["configs", "--out", "configs"]);
    let quick = [
        "configs/quickstart.toml",
        "training.epochs=0",
        "data.train_images=50",
    ];
    place.train("run", &quick);
}
