//! A resumed run equals one that was never interrupted, bit for bit.

use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::*;

/// Batch norm, dropout, momentum, a validation split: everything that has a state; images that are
/// prepared and look different in each epoch.
const STATEFUL: &[&str] = &[
    "model.name=sequential",
    "model.layers=[\"conv 4 3x3 stride 2\", \"batch-norm\", \"relu\", \"flatten\", \"dense 32 relu\", \"dropout 0.3\", \"dense classes\"]",
    "data.train_images=400",
    "data.test_images=50",
    "preprocess.steps=[\"clahe\", { blur = { method = \"median\" } }]",
    "data.normalize=standard",
    "augment.rotation=20",
    "augment.noise=5",
    "augment.policy=randaugment",
    "augment.erasing={ probability = 0.5 }",
    "augment.mixup=0.4",
    "augment.cutmix=1.0",
];

fn assert_equal(one: &Path, other: &Path) {
    assert_eq!(history(one), history(other));
    assert!(weights(one) == weights(other), "the best weights differ");
    let last = |run: &Path| fs::read(run.join("last.safetensors")).unwrap();
    assert!(last(one) == last(other), "the last weights differ");
    let figures = |run: &Path| {
        let summary = json(&run.join("summary.json"));
        [
            "train",
            "valid",
            "test",
            "best_epoch",
            "stopped_by",
            "epochs_run",
        ]
        .map(|key| summary[key].clone())
    };
    assert_eq!(figures(one), figures(other));
}

#[test]
fn stopping_after_epoch_two_of_four_changes_nothing() {
    let place = Workplace::new();
    for optimizer in ["adam", "sgd", "adamw", "rmsprop"] {
        let optimizer_setting = format!("training.optimizer={optimizer}");
        let momentum = match optimizer {
            "sgd" | "rmsprop" => "training.momentum=0.5",
            _ => "training.momentum=0.0",
        };
        let own = [
            optimizer_setting.as_str(),
            momentum,
            "training.weight_decay=0.001",
        ];
        let settings = |epochs| [STATEFUL, &own, &[epochs]].concat();
        let whole = place.train(
            &format!("{optimizer}-whole"),
            &settings("training.epochs=4"),
        );
        let parts = place.train(
            &format!("{optimizer}-parts"),
            &settings("training.epochs=2"),
        );
        let path = parts.to_str().unwrap();
        place.succeed(&[
            "train",
            "--ui",
            "none",
            "--device",
            CPU,
            "--resume",
            path,
            "training.epochs=4",
        ]);
        assert_equal(&whole, &parts);
    }
}

#[cfg(unix)]
#[test]
fn a_signal_saves_and_the_resumed_run_equals_an_uninterrupted_one() {
    let place = Workplace::new();
    let settings = [STATEFUL, &["training.epochs=40"]].concat();
    let whole = place.train("whole", &settings);
    for (name, signal) in [("int", "INT"), ("term", "TERM")] {
        let args = ["train", "--ui", "plain", "--device", CPU, "--name", name];
        let child = place
            .command()
            .args(args)
            .args(&settings)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let run = place.path("artifacts").join(name);
        let deadline = Instant::now() + Duration::from_secs(120);
        while !run.join("history.csv").exists() {
            assert!(Instant::now() < deadline, "no epoch was finished in time");
            sleep(Duration::from_millis(20));
        }
        let killed = Command::new("kill")
            .args([format!("-{signal}"), child.id().to_string()])
            .status();
        assert!(killed.unwrap().success());
        let output = child.wait_with_output().unwrap();
        let errors = stderr(&output);
        assert_eq!(output.status.code(), Some(130), "{errors}");
        let path = run.to_str().unwrap();
        assert!(errors.contains("convlab train --resume"), "{errors}");
        assert!(
            history(&run).len() < history(&whole).len(),
            "it was not interrupted"
        );
        place.succeed(&["train", "--ui", "none", "--device", CPU, "--resume", path]);
        assert_equal(&whole, &run);
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_an_error_and_what_was_learnt_is_kept() {
    let place = Workplace::new();
    let dense = &[
        "model.name=dense",
        "data.train_images=100",
        "data.test_images=50",
    ];
    let settings = |epochs| [&dense[..], &[epochs]].concat();
    let whole = place.train("whole", &settings("training.epochs=2"));
    let parts = place.train("parts", &settings("training.epochs=1"));
    let path = parts.to_str().unwrap();
    let before = weights(&parts);
    // A limit on the size of files acts as a disk that is full.
    let script = format!(
        "trap '' XFSZ; ulimit -f 200; exec \"$0\" train --ui none --device {CPU} --resume '{path}' training.epochs=2"
    );
    let mut command = Command::new("bash");
    let output = (command.args(["-c", &script, env!("CARGO_BIN_EXE_convlab")]))
        .current_dir(place.folder.path())
        .output()
        .unwrap();
    let errors = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(
        errors.contains("cannot write") && !errors.contains("panicked"),
        "{errors}"
    );
    assert_eq!(weights(&parts), before);
    place.succeed(&[
        "train",
        "--ui",
        "none",
        "--device",
        CPU,
        "--resume",
        path,
        "training.epochs=2",
    ]);
    assert_equal(&whole, &parts);
}

#[test]
fn a_resumed_run_keeps_its_configuration() {
    let place = Workplace::new();
    let run = place.train("run", QUICK);
    let path = run.to_str().unwrap();
    let errors = place.refuse(&["train", "--resume", path, "training.learning_rate=1"]);
    assert!(errors.contains("only training.epochs"), "{errors}");
    let config = fs::read_to_string(run.join("config.toml")).unwrap();
    for (from, to, key) in [
        (
            "train_images = 300",
            "train_images = 200",
            "data.train_images",
        ),
        ("\nseed = 42", "\nseed = 7", "training.seed"),
        (
            "optimizer = \"adam\"",
            "optimizer = \"adamw\"",
            "training.optimizer",
        ),
    ] {
        fs::write(run.join("config.toml"), config.replace(from, to)).unwrap();
        for command in [vec!["train", "--resume", path], vec!["evaluate", path]] {
            let errors = place.refuse(&command);
            assert!(
                errors.contains(key) && errors.contains("was edited"),
                "{errors}"
            );
        }
    }
    let errors = place.refuse(&["train", "--resume", place.folder.path().to_str().unwrap()]);
    assert!(errors.contains("not a run's folder"), "{errors}");
}

#[test]
fn damaged_and_missing_checkpoints_do_not_end_a_run() {
    let place = Workplace::new();
    let settings = |epochs| [QUICK, &[epochs]].concat();
    let whole = place.train("whole", &settings("training.epochs=3"));
    let parts = place.train("parts", &settings("training.epochs=1"));
    let path = parts.to_str().unwrap();
    let checkpoints = parts.join("checkpoints");
    // Strangers and half-written folders are passed over.
    fs::write(checkpoints.join("epoch-junk"), "").unwrap();
    fs::create_dir(checkpoints.join("epoch-00099-batch-0000000")).unwrap();
    fs::create_dir(checkpoints.join(".part-epoch-00003-batch-0000000")).unwrap();
    let resume = |epochs| {
        place.run(&[
            "train", "--ui", "none", "--device", CPU, "--resume", path, epochs,
        ])
    };
    assert!(resume("training.epochs=2").status.success());
    // A damaged one is named; without another the run cannot go on.
    let model = checkpoints.join("epoch-00003-batch-0000000/model.bpk");
    let bytes = fs::read(&model).unwrap();
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 2] ^= 1;
    fs::write(&model, damaged).unwrap();
    let output = resume("training.epochs=3");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("model.bpk is damaged"),
        "{}",
        stderr(&output)
    );
    fs::write(&model, bytes).unwrap();
    assert!(resume("training.epochs=3").status.success());
    assert_equal(&whole, &parts);
    // A run that ended before its first checkpoint starts anew.
    fs::remove_dir_all(&checkpoints).unwrap();
    fs::create_dir(&checkpoints).unwrap();
    assert!(resume("training.epochs=3").status.success());
    assert_equal(&whole, &parts);
}

#[cfg(unix)]
#[test]
fn two_processes_do_not_train_in_one_folder() {
    let place = Workplace::new();
    let run = place.train("run", QUICK);
    let lock = fs::File::create(run.join(".lock")).unwrap();
    lock.lock().unwrap();
    let errors = place.refuse(&[
        "train",
        "--resume",
        run.to_str().unwrap(),
        "training.epochs=9",
    ]);
    assert!(
        errors.contains("being trained by another process"),
        "{errors}"
    );
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_does_not_end_a_training() {
    let place = Workplace::new();
    let settings = [QUICK, &["training.epochs=5"]].concat().join("' '");
    let program = env!("CARGO_BIN_EXE_convlab");
    for (name, options) in [
        ("json", "--ui json | head -1"),
        ("plain", "--ui plain 2>&1 | head -1"),
    ] {
        let script =
            format!("set -o pipefail; '{program}' train '{settings}' --name {name} {options}");
        let mut command = Command::new("bash");
        command
            .args(["-c", &script])
            .current_dir(place.folder.path());
        command.output().unwrap();
        assert_eq!(
            history(&place.path("artifacts").join(name)).len(),
            6,
            "{name}"
        );
        assert!(
            place
                .path("artifacts")
                .join(name)
                .join("model.safetensors")
                .exists()
        );
    }
}
