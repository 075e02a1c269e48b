//! Training images that look different in each epoch.

use super::*;

const AUGMENTED: &[&str] = &[
    "augment.rotation=15",
    "augment.shift=0.1",
    "augment.noise=8",
];

#[test]
fn only_training_images_are_changed() {
    let place = Workplace::new();
    // So slow that the weights stay as they are.
    let still = [
        QUICK,
        &["training.optimizer=sgd", "training.learning_rate=1e-30"],
    ]
    .concat();
    let plain = place.train("plain", &still);
    let augmented = place.train("augmented", &[&still[..], AUGMENTED].concat());
    let columns = |run: &Path, columns: [usize; 2]| -> Vec<[String; 2]> {
        let history = history(run).into_iter();
        history
            .map(|row| columns.map(|column| row[column].clone()))
            .collect()
    };
    let (train, valid) = ([2, 3], [4, 5]);
    assert_ne!(columns(&plain, train), columns(&augmented, train));
    assert_eq!(columns(&plain, valid), columns(&augmented, valid));
    // Other pictures in the second epoch than in the first.
    let losses = columns(&augmented, train);
    assert_ne!(losses[1], losses[2]);
    let figures = |run: &Path| json(&run.join("summary.json"))["test"].clone();
    assert_eq!(figures(&plain), figures(&augmented));
}

#[test]
fn the_same_seed_sees_the_same_pictures() {
    let place = Workplace::new();
    let settings = [QUICK, AUGMENTED, &["augment.cutmix=1.0"]].concat();
    let (one, two) = (place.train("one", &settings), place.train("two", &settings));
    assert_eq!(weights(&one), weights(&two));
    let other = place.train("other", &[&settings[..], &["training.seed=7"]].concat());
    assert_ne!(weights(&one), weights(&other));
}

#[test]
fn a_preview_shows_originals_beside_what_epochs_see() {
    let place = Workplace::new();
    place.write(
        "mine.toml",
        "[data]\ndataset = \"pets\"\ntrain_images = 40\n[augment]\nrotation = 30\nmixup = 1.0\n",
    );
    let preview = |out: &str, more: &[&str]| {
        let command = ["data", "preview", "--config", "mine.toml", "--out", out];
        place.succeed(&[&command, more].concat())
    };
    let printed = preview("sheet.png", &["--images", "4", "--epochs", "3"]);
    assert!(printed.contains("sheet.png"), "{printed}");
    let sheet = image::open(place.path("sheet.png")).unwrap();
    // Four rows of 128 pixels and four columns at least.
    assert!(sheet.height() > 4 * 128 && sheet.height() < 5 * 170);
    assert!(sheet.width() > 4 * 128);
    let again = ["--images", "4", "--epochs", "3", "augment.rotation=30"];
    preview("again.png", &again);
    let bytes = |name: &str| fs::read(place.path(name)).unwrap();
    assert_eq!(bytes("sheet.png"), bytes("again.png"));
    preview(
        "other.png",
        &["--images", "4", "--epochs", "3", "augment.rotation=10"],
    );
    assert_ne!(bytes("sheet.png"), bytes("other.png"));
}

#[test]
fn a_preview_of_nothing_says_how_to_ask_for_something() {
    let place = Workplace::new();
    let errors = place.refuse(&["data", "preview"]);
    assert!(errors.contains("[augment]"), "{errors}");
    let errors = place.refuse(&["data", "preview", "augment.rotaton=3"]);
    assert!(errors.contains("did you mean \"rotation\""), "{errors}");
    let errors = place.refuse(&["data", "preview", "augment.shift=0.1", "--out", "sheet.txt"]);
    assert!(errors.contains(".png"), "{errors}");
    assert!(!place.path("preview.png").exists());
}
