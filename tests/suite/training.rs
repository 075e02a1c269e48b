//! What a training leaves behind.

use super::*;

#[test]
fn a_bare_train_learns_without_network_or_configuration() {
    let place = Workplace::new();
    let output = place.succeed(&["train", "--ui", "plain", "data.train_images=1500"]);
    assert!(
        output.contains("garments") && output.contains("best epoch"),
        "{output}"
    );
    let runs: Vec<_> = fs::read_dir(place.path("artifacts")).unwrap().collect();
    let run = runs.into_iter().next().unwrap().unwrap().path();
    let accuracy = json(&run.join("summary.json"))["test"]["accuracy"]
        .as_f64()
        .unwrap();
    assert!(
        accuracy > 0.55,
        "test accuracy {accuracy} after six epochs on 1,500 images"
    );
}

#[test]
fn a_run_holds_everything_about_itself() {
    let place = Workplace::new();
    let run = place.train("first", QUICK);
    for file in [
        "config.toml",
        "history.csv",
        "summary.json",
        "model.json",
        "model.safetensors",
        "last.safetensors",
        "evaluation.json",
        "checkpoints",
        "logs",
    ] {
        assert!(run.join(file).exists(), "{file} is missing");
    }
    let summary = json(&run.join("summary.json"));
    for key in [
        "run",
        "backend",
        "model",
        "dataset",
        "parameters",
        "epochs_run",
        "stopped_by",
        "best_epoch",
        "train",
        "valid",
        "test",
        "images_per_second",
        "seconds",
        "fingerprint",
        "seed",
        "convlab",
        "burn",
        "device",
        "skipped",
    ] {
        assert!(!summary[key].is_null(), "summary.json lacks {key}");
    }
    assert_eq!(summary["run"], "first");
    assert_eq!(summary["parameters"], 101_770);
    assert_eq!(summary["stopped_by"], "epochs");
    assert_eq!(summary["test"]["images"], 100);
    let rows = history(&run);
    let header = "epoch,learning_rate,train_loss,train_accuracy,valid_loss,valid_accuracy";
    assert_eq!(rows[0].join(","), header);
    assert_eq!(rows.len(), 3);
    let config = fs::read_to_string(run.join("config.toml")).unwrap();
    assert!(
        config.contains("momentum = 0.0") && config.contains("epochs = 2"),
        "{config}"
    );
    let partial = fs::read_dir(&run).unwrap().flatten();
    let partial = partial.filter(|entry| entry.file_name().to_string_lossy().starts_with(".part"));
    assert_eq!(partial.count(), 0, "temporary files are left");
}

#[test]
fn the_seed_decides_history_and_weights() {
    let place = Workplace::new();
    let settings = |seed| [QUICK, &[seed]].concat();
    let first = place.train("a", &settings("training.seed=1"));
    let again = place.train("b", &settings("training.seed=1"));
    let other = place.train("c", &settings("training.seed=2"));
    assert_eq!(history(&first), history(&again));
    assert_eq!(weights(&first), weights(&again));
    assert_ne!(weights(&first), weights(&other));
}

#[test]
fn the_best_epoch_is_kept_beside_the_last() {
    let place = Workplace::new();
    let run = place.train(
        "run",
        &[QUICK, &["training.epochs=6", "training.learning_rate=0.02"]].concat(),
    );
    let best = json(&run.join("summary.json"))["best_epoch"]
        .as_u64()
        .unwrap();
    let losses: Vec<f64> = history(&run)[1..]
        .iter()
        .map(|row| row[4].parse().unwrap())
        .collect();
    let lowest = losses.iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(losses[best as usize - 1], lowest);
    let last = fs::read(run.join("last.safetensors")).unwrap();
    assert_eq!(weights(&run) == last, best == 6);
    // The figures kept for the best epoch are those its weights give.
    place.succeed(&["evaluate", run.to_str().unwrap(), "--split", "valid"]);
    let loss = json(&run.join("evaluation-valid.json"))["loss"]
        .as_f64()
        .unwrap();
    assert!((loss - lowest).abs() < 1e-5, "{loss} instead of {lowest}");
}

#[test]
fn every_optimizer_schedule_and_loss_learns() {
    let place = Workplace::new();
    let settings: &[&[&str]] = &[
        &[
            "training.optimizer=sgd",
            "training.momentum=0.9",
            "training.nesterov=true",
            "training.learning_rate=0.05",
        ],
        &[
            "training.optimizer=adamw",
            "training.weight_decay=0.01",
            "training.schedule=cosine",
        ],
        &[
            "training.optimizer=rmsprop",
            "training.schedule=exponential",
        ],
        &[
            "training.loss=mse",
            "training.schedule=step",
            "training.schedule_epochs=1",
        ],
        &[
            "training.label_smoothing=0.1",
            "training.class_weights=balanced",
            "training.warmup_epochs=1",
        ],
        &[
            "training.gradient_clip_norm=1.0",
            "training.initialization=he-normal",
        ],
    ];
    for (index, own) in settings.iter().enumerate() {
        let run = place.train(
            &format!("run-{index}"),
            &[QUICK, own, &["training.epochs=4"]].concat(),
        );
        let losses: Vec<f64> = history(&run)[1..]
            .iter()
            .map(|row| row[2].parse().unwrap())
            .collect();
        assert!(losses[3] < 0.95 * losses[0], "{own:?}: {losses:?}");
    }
}

#[test]
fn stopping_rules_end_a_training_early() {
    let place = Workplace::new();
    let stop = [
        "training.epochs=50",
        "training.stop={ metric = \"train_accuracy\", above = 0.3 }",
    ];
    let run = place.train("stop", &[QUICK, &stop].concat());
    let summary = json(&run.join("summary.json"));
    assert_eq!(summary["stopped_by"], "stop");
    assert!(summary["epochs_run"].as_u64().unwrap() < 50);
    let patience = [
        "training.epochs=50",
        "training.patience=2",
        "training.min_delta=0.5",
    ];
    let run = place.train("patience", &[QUICK, &patience].concat());
    assert_eq!(json(&run.join("summary.json"))["stopped_by"], "patience");
}

#[test]
fn a_loss_that_is_no_number_stops_with_a_hint() {
    let place = Workplace::new();
    let settings = [
        QUICK,
        &["training.learning_rate=1e30", "training.optimizer=sgd"],
    ]
    .concat();
    let errors =
        place.refuse(&[&["train", "--ui", "none", "--name", "run"], &settings[..]].concat());
    assert!(errors.contains("lower training.learning_rate"), "{errors}");
    let summary = json(&place.path("artifacts/run/summary.json"));
    assert_eq!(summary["stopped_by"], "not-finite");
}

#[test]
fn json_output_is_one_object_per_epoch_and_a_summary() {
    let place = Workplace::new();
    let output = place.succeed(&[&["train", "--ui", "json"], QUICK].concat());
    let lines: Vec<Value> = output
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[1]["epoch"], 2);
    assert_eq!(lines[2]["dataset"], "garments");
}

#[test]
fn plain_output_is_one_line_per_epoch() {
    let place = Workplace::new();
    let output = place.run(&[&["train", "--ui", "plain"], QUICK].concat());
    let errors = stderr(&output);
    let lines: Vec<&str> = errors
        .lines()
        .filter(|line| line.starts_with("epoch "))
        .collect();
    assert_eq!(lines.len(), 2, "{errors}");
    for part in ["train loss", "accuracy", "valid loss", "lr", "images/s"] {
        assert!(lines[0].contains(part), "{}", lines[0]);
    }
}

#[test]
fn figures_are_means_over_images_also_with_class_weights() {
    let place = Workplace::new();
    let weights = "training.class_weights=[10.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.1]";
    let run = place.train(
        "run",
        &[QUICK, &[weights, "training.monitor=train_loss"]].concat(),
    );
    let summary = json(&run.join("summary.json"));
    let path = run.to_str().unwrap();
    let printed = place.succeed(&["evaluate", path, "--split", "valid", "--json"]);
    let evaluation: Value = serde_json::from_str(&printed).unwrap();
    let [kept, measured] =
        [&summary["valid"], &evaluation].map(|figures| figures["loss"].as_f64().unwrap());
    assert!(
        (kept - measured).abs() < 1e-5,
        "{kept} in training, {measured} afterwards"
    );
}
