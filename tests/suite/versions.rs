//! Runs that another version of this program made.

use super::*;

const NEWER: &str = "99.1.0";

/// Lets the run say that `version` made it, with `change` to its model card.
fn made_by(version: &str, run: &Path, change: impl FnOnce(&mut Value)) {
    let path = run.join("model.json");
    let mut card = json(&path);
    card["convlab"] = version.into();
    change(&mut card);
    fs::write(path, card.to_string()).unwrap();
}

/// Adds a key to the configuration, which the card knows as well.
fn with_future_key(run: &Path, card: &mut Value) {
    let config = fs::read_to_string(run.join("config.toml")).unwrap();
    assert!(config.contains("[training]\n"), "{config}");
    let config = config.replace("[training]\n", "[training]\nfuture_key = 1\n");
    fs::write(run.join("config.toml"), &config).unwrap();
    card["config"] = config.into();
}

fn assert_names_the_version(errors: &str, what: &str) {
    let this = env!("CARGO_PKG_VERSION");
    for part in [
        format!("made by convlab {NEWER}, and this is convlab {this},"),
        format!("install convlab {NEWER} or later"),
        what.to_string(),
    ] {
        assert!(errors.contains(&part), "no {part:?} in:\n{errors}");
    }
    assert!(!errors.contains("train the run again"), "{errors}");
}

#[test]
fn a_newer_run_that_is_not_understood_says_which_version_opens_it() {
    let place = Workplace::new();
    place.succeed(&["data", "show", "garments", "--out", "sheet.png"]);
    type Change = fn(&Path, &mut Value);
    let changes: [(&str, Change, &str); 4] = [
        ("key", with_future_key, "training.future_key"),
        (
            "field",
            |_, card| card["future_field"] = 1.into(),
            "unknown field `future_field`",
        ),
        (
            "normalization",
            |_, card| card["normalization"]["future_field"] = 1.into(),
            "unknown field `future_field`",
        ),
        (
            "resize",
            |_, card| card["resize"] = "future-way".into(),
            "unknown variant `future-way`",
        ),
    ];
    for (name, change, what) in changes {
        let run = place.train(name, QUICK);
        made_by(NEWER, &run, |card| change(&run, card));
        let path = run.to_str().unwrap();
        for command in [
            vec!["evaluate", path],
            vec!["predict", path, "sheet.png"],
            vec!["report", path],
            vec!["inspect", "filters", path],
            vec![
                "train",
                "--ui",
                "none",
                "--resume",
                path,
                "training.epochs=3",
            ],
        ] {
            assert_names_the_version(&place.refuse(&command), what);
        }
    }
}

#[test]
fn a_newer_checkpoint_that_is_not_understood_says_which_version_resumes_it() {
    let place = Workplace::new();
    let run = place.train("run", QUICK);
    made_by(NEWER, &run, |_| {});
    let checkpoints = fs::read_dir(run.join("checkpoints")).unwrap();
    let newest = checkpoints.last().unwrap().unwrap().path();
    let state = fs::read_to_string(newest.join("state.toml")).unwrap();
    fs::write(newest.join("state.toml"), format!("average = 1\n{state}")).unwrap();
    let path = run.to_str().unwrap();
    let resume = [
        "train",
        "--ui",
        "none",
        "--resume",
        path,
        "training.epochs=3",
    ];
    // Each time: the run goes on to be known as that of the newer version.
    for _ in 0..2 {
        assert_names_the_version(&place.refuse(&resume), "unknown field `average`");
    }
}

#[test]
fn a_newer_run_that_is_understood_opens_with_one_warning() {
    let place = Workplace::new();
    let run = place.train("run", QUICK);
    made_by(NEWER, &run, |_| {});
    let path = run.to_str().unwrap();
    let resume = [
        "train",
        "--ui",
        "none",
        "--resume",
        path,
        "training.epochs=3",
    ];
    for command in [&["evaluate", path][..], &resume] {
        let output = place.run(command);
        let errors = stderr(&output);
        assert!(output.status.success(), "{errors}");
        assert_eq!(errors.matches("warning: ").count(), 1, "{errors}");
        assert!(
            errors.contains(&format!("made by convlab {NEWER}")),
            "{errors}"
        );
    }
    assert_eq!(json(&run.join("model.json"))["convlab"], NEWER);
}

#[test]
fn a_run_of_an_earlier_version_stays_usable_and_is_resumed_as_one_of_this_version() {
    let place = Workplace::new();
    let prepared = [QUICK, &["preprocess.steps=[\"equalize\"]"]].concat();
    let run = place.train("run", &prepared);
    made_by("0.0.9", &run, |_| {});
    let path = run.to_str().unwrap();
    let output = place.run(&["evaluate", path]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(!stderr(&output).contains("warning"), "{}", stderr(&output));
    place.succeed(&[
        "train",
        "--ui",
        "none",
        "--resume",
        path,
        "training.epochs=3",
    ]);
    let card = json(&run.join("model.json"));
    assert_eq!(card["convlab"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn an_unknown_field_in_a_run_of_this_version_is_damage() {
    let place = Workplace::new();
    let run = place.train("run", QUICK);
    made_by(env!("CARGO_PKG_VERSION"), &run, |card| {
        card["future_field"] = 1.into()
    });
    let errors = place.refuse(&["evaluate", run.to_str().unwrap()]);
    assert!(errors.contains("model.json is damaged"), "{errors}");
    assert!(!errors.contains("or later"), "{errors}");
}
