//! Using what was trained, and asking what there is.

use std::io::Write;
use std::process::Stdio;

use super::*;

#[test]
fn evaluate_prints_and_keeps_all_figures() {
    let place = Workplace::new();
    let run = place.train("run", QUICK);
    let path = run.to_str().unwrap();
    // All figures but the speed, which differs from pass to pass.
    let figures = |mut evaluation: Value| {
        let speed = evaluation["images_per_second"].take();
        assert!(speed.as_f64().is_some_and(|speed| speed > 0.0), "{speed}");
        evaluation
    };
    let at_the_end_of_training = figures(json(&run.join("evaluation.json")));
    let text = place.succeed(&["evaluate", path]);
    for part in [
        "accuracy",
        "95% interval",
        "top-5",
        "Ankle boot",
        "confusion matrix",
    ] {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
    let evaluation = figures(json(&run.join("evaluation.json")));
    assert_eq!(evaluation, at_the_end_of_training);
    let one_by_one = ["evaluate", path, "--json", "--batch-size", "1"];
    let printed: Value = serde_json::from_str(&place.succeed(&one_by_one)).unwrap();
    let printed = figures(printed);
    assert_eq!(printed["confusion"], evaluation["confusion"]);
    let printed: Value =
        serde_json::from_str(&place.succeed(&["evaluate", path, "--json"])).unwrap();
    assert_eq!(figures(printed), evaluation);
    let counts = evaluation["confusion"].as_array().unwrap().iter();
    let counted: u64 = counts
        .flat_map(|row| row.as_array().unwrap())
        .map(|n| n.as_u64().unwrap())
        .sum();
    assert_eq!(counted, 100);
    for key in [
        "accuracy_interval",
        "top5_accuracy",
        "macro_mean",
        "weighted_mean",
        "loss",
    ] {
        assert!(!evaluation[key].is_null(), "evaluation.json lacks {key}");
    }
    let train: Value =
        serde_json::from_str(&place.succeed(&["evaluate", path, "--split", "train", "--json"]))
            .unwrap();
    assert_eq!(train["images"], 270);
}

#[test]
fn predict_does_the_good_pictures_and_reports_the_bad() {
    let place = Workplace::new();
    let run = place.train("run", QUICK);
    let path = run.to_str().unwrap();
    place.succeed(&["data", "show", "garments", "--out", "sheet.png"]);
    place.write("bad/liar.png", "text");
    image::GrayImage::from_pixel(40, 30, image::Luma([90]))
        .save(place.path("grey.png"))
        .unwrap();
    let args = [
        "predict",
        path,
        "sheet.png",
        "bad",
        "grey.png",
        "missing.png",
        "--top",
        "3",
        "--format",
        "json",
    ];
    let output = place.run(&args);
    assert_eq!(output.status.code(), Some(2));
    let predictions: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(predictions.as_array().unwrap().len(), 4);
    assert_eq!(predictions[0]["top"].as_array().unwrap().len(), 3);
    assert!(
        predictions[1]["error"]
            .as_str()
            .unwrap()
            .contains("liar.png")
    );
    assert!(predictions[2]["probability"].as_f64().unwrap() > 0.0);
    assert!(
        stderr(&output).contains("missing.png"),
        "{}",
        stderr(&output)
    );

    let csv = place.succeed(&["predict", path, "grey.png", "--top", "2", "--format", "csv"]);
    assert_eq!(csv.lines().count(), 3, "{csv}");
    let table = place.succeed(&["predict", path, "grey.png"]);
    assert!(
        table.contains("probability") && table.contains('%'),
        "{table}"
    );
    let inverted = place.succeed(&["predict", path, "grey.png", "--invert", "--format", "csv"]);
    assert_ne!(inverted, csv);
}

#[test]
fn predict_reads_paths_from_standard_input() {
    let place = Workplace::new();
    let run = place.train("run", QUICK);
    image::GrayImage::new(28, 28)
        .save(place.path("black.png"))
        .unwrap();
    let mut child = (place.command())
        .args(["predict", run.to_str().unwrap(), "-", "--format", "csv"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"black.png\n\nblack.png\n")
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(
        String::from_utf8(output.stdout)
            .unwrap()
            .matches("black.png")
            .count(),
        2
    );
}

#[test]
fn predict_loses_nothing_to_an_input_that_cannot_be_used() {
    let place = Workplace::new();
    let run = place.train("run", QUICK);
    let path = run.to_str().unwrap();
    place.write("empty/notes.txt", "");
    place.write("liar.png", &b"\x89PNG\r\n\x1a\n cut short"[..]);
    (image::GrayImage::new(28, 28))
        .save(place.path("black.png"))
        .unwrap();
    let inputs = ["empty", "black.png", "liar.png", "missing.png", "black.png"];
    let args = [&["predict", path], &inputs[..], &["--format", "json"]].concat();
    let output = place.run(&args);
    assert_eq!(output.status.code(), Some(2));
    let predictions: Value = serde_json::from_slice(&output.stdout).unwrap();
    for (index, input) in inputs.iter().enumerate() {
        let prediction = &predictions[index];
        assert_eq!(prediction["path"], *input);
        assert_eq!(prediction["error"].is_null(), *input == "black.png");
    }
    let errors = stderr(&output);
    for reason in [
        "holds no pictures",
        "cannot be decoded; replace or remove it: ",
        "(os error 2)",
    ] {
        assert!(errors.contains(reason), "no {reason:?} in:\n{errors}");
    }
    let errors = place.refuse(&["predict", path, "empty"]);
    assert!(errors.contains("holds no pictures"), "{errors}");
    // Standard input is empty here.
    let errors = place.refuse(&["predict", path, "-"]);
    assert!(errors.contains("standard input held no paths"), "{errors}");
}

#[cfg(target_os = "linux")]
#[test]
fn predict_takes_names_that_are_not_utf8_and_reports_broken_links() {
    use std::os::unix::ffi::OsStrExt;
    let place = Workplace::new();
    let run = place.train("run", QUICK);
    let odd = std::ffi::OsStr::from_bytes(b"odd-\xff.bmp");
    fs::create_dir(place.path("photos")).unwrap();
    (image::GrayImage::new(28, 28))
        .save(place.path("photos").join(odd))
        .unwrap();
    std::os::unix::fs::symlink("nowhere", place.path("photos/broken.png")).unwrap();
    let mut child = (place.command())
        .args([
            "predict",
            run.to_str().unwrap(),
            "photos",
            "-",
            "--format",
            "json",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    (child.stdin.take().unwrap())
        .write_all(b"photos/odd-\xff.bmp\n")
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let predictions: Value = serde_json::from_slice(&output.stdout).unwrap();
    let list = predictions.as_array().unwrap();
    assert_eq!(list.len(), 3, "{predictions}");
    assert!(list[0]["error"].as_str().unwrap().contains("broken.png"));
    for prediction in &list[1..] {
        assert_eq!(prediction["path"], "photos/odd-\u{fffd}.bmp");
        assert!(prediction["class"].is_string(), "{prediction}");
    }
}

#[test]
fn models_are_listed_and_described() {
    let place = Workplace::new();
    let list = place.succeed(&["models"]);
    for name in ["dense", "lenet5", "two-conv", "sequential"] {
        assert!(list.contains(name), "{list}");
    }
    let table = place.succeed(&["models", "two-conv", "model.preset=32-64-same"]);
    for part in [
        "421,642",
        "64x14x14",
        "receptive field",
        "preset 64-64-valid",
    ] {
        assert!(table.contains(part), "no {part:?} in:\n{table}");
    }
    let summary = place.succeed(&[
        "models",
        "lenet5",
        "--json",
        "--input",
        "3x32x32",
        "--classes",
        "2",
    ]);
    let summary: Value = serde_json::from_str(&summary).unwrap();
    assert_eq!(summary["input"]["channels"], 3);
    assert_eq!(
        summary["layers"][0]["output_shape"],
        serde_json::json!([6, 32, 32])
    );
}

#[test]
fn data_sets_are_listed_and_shown() {
    let place = Workplace::new();
    let list: Value = serde_json::from_str(&place.succeed(&["data", "--json"])).unwrap();
    let presence = |name: &str| {
        let list = list.as_array().unwrap();
        list.iter().find(|entry| entry["name"] == name).unwrap()["present"].clone()
    };
    assert_eq!(
        (presence("garments"), presence("mnist")),
        (true.into(), false.into())
    );
    for name in ["garments", "digits", "pets"] {
        place.succeed(&[
            "data",
            "show",
            name,
            "--out",
            "sheet.png",
            "--per-class",
            "4",
        ]);
        let sheet = image::open(place.path("sheet.png")).unwrap();
        assert!(sheet.width() > 200 && sheet.height() > 100, "{name}");
    }
}

#[test]
fn sheets_are_written_in_the_format_of_their_extension() {
    use image::ImageFormat::{Bmp, Jpeg, Png, WebP};
    let place = Workplace::new();
    let show = ["data", "show", "digits", "--per-class", "1", "--out"];
    for (name, format) in [
        ("a.png", Png),
        ("a.jpg", Jpeg),
        ("a.JPEG", Jpeg),
        ("a.bmp", Bmp),
        ("a.webp", WebP),
    ] {
        place.succeed(&[&show[..], &[name]].concat());
        let content = fs::read(place.path(name)).unwrap();
        assert_eq!(image::guess_format(&content).unwrap(), format, "{name}");
        image::load_from_memory(&content).unwrap();
    }
    for name in ["sheet", "sheet.gif", "sheet.txt"] {
        let errors = place.refuse(&[&show[..], &[name]].concat());
        assert!(
            errors.contains(name) && errors.contains(".webp"),
            "{errors}"
        );
        assert!(!place.path(name).exists());
    }
}

#[cfg(unix)]
#[test]
fn a_sheet_replaces_nothing_but_a_file() {
    let place = Workplace::new();
    fs::create_dir(place.path("folder.png")).unwrap();
    std::os::unix::fs::symlink("/dev/null", place.path("device.png")).unwrap();
    for name in ["folder.png", "device.png"] {
        let errors = place.refuse(&["data", "show", "digits", "--out", name]);
        assert!(
            errors.contains(name) && errors.contains("never replaced"),
            "{errors}"
        );
    }
    assert!(place.path("device.png").is_symlink());
}

#[test]
fn licence_and_citation_come_with_the_data() {
    let place = Workplace::new();
    let list: Value = serde_json::from_str(&place.succeed(&["data", "--json"])).unwrap();
    for entry in list.as_array().unwrap() {
        for key in ["licence", "citation"] {
            assert!(
                !entry[key].as_str().unwrap_or_default().is_empty(),
                "{entry}"
            );
        }
    }
    // Files that are there already are left alone, so nothing is downloaded.
    for split in ["train", "t10k"] {
        for kind in ["images-idx3", "labels-idx1"] {
            place.write(&format!("mnist/{split}-{kind}-ubyte"), "");
        }
    }
    let fetched = place.succeed(&["data", "fetch", "mnist", "--data-dir", "."]);
    assert!(
        fetched.contains("CC BY-SA 3.0") && fetched.contains("LeCun"),
        "{fetched}"
    );
}

#[test]
fn version_names_the_backends_and_completions_name_the_commands() {
    let place = Workplace::new();
    let version = place.succeed(&["--version"]);
    assert!(
        version.contains(env!("CARGO_PKG_VERSION")) && version.contains(CPU),
        "{version}"
    );
    let vectors = ["AVX-512", "AVX2", "NEON", "none"];
    assert!(
        (vectors.iter()).any(|name| version.contains(&format!("vector instructions: {name})"))),
        "{version}"
    );
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = place.succeed(&["completions", shell]);
        assert!(script.contains("predict"), "{shell}");
    }
}

#[test]
fn predict_normalizes_as_the_training_did() {
    let place = Workplace::new();
    // Light or dark, so that a network on centred values tells them apart by sign alone.
    for (class, shade) in [("dark", 100), ("light", 140)] {
        for n in 0..20 {
            let path = place.write(&format!("photos/{class}/{n}.png"), "");
            let image = image::GrayImage::from_pixel(4, 4, image::Luma([shade + n]));
            image.save(path).unwrap();
        }
    }
    let settings = [
        "data.dataset=folder",
        "data.path=photos",
        "data.normalize=standard",
        "data.height=4",
        "data.width=4",
        "model.name=dense",
        "training.epochs=20",
    ];
    let run = place.train("run", &settings);
    let mean = json(&run.join("model.json"))["normalization"]["mean"][0].clone();
    assert!(mean.as_f64().unwrap() > 0.4, "{mean}");
    let path = run.to_str().unwrap();
    for class in ["dark", "light"] {
        let folder = format!("photos/{class}");
        let csv = place.succeed(&["predict", path, &folder, "--format", "csv"]);
        assert_eq!(csv.matches(&format!(",{class},")).count(), 20, "{csv}");
    }
}

#[test]
fn man_writes_a_page_for_each_command() {
    let place = Workplace::new();
    let page = place.succeed(&["man"]);
    assert!(page.contains(".TH convlab 1"), "{page}");
    place.succeed(&["man", "--out", "pages/man1"]);
    for (name, part) in [
        ("convlab", "convlab\\-train(1)"),
        ("convlab-train", "resume"),
        ("convlab-inspect-journey", "layer"),
    ] {
        let page = fs::read_to_string(place.path(&format!("pages/man1/{name}.1"))).unwrap();
        assert!(page.contains(part), "no {part:?} in {name}.1:\n{page}");
    }
    fs::create_dir(place.path("taken")).unwrap();
    fs::create_dir(place.path("taken/convlab.1")).unwrap();
    let errors = place.refuse(&["man", "--out", "taken"]);
    assert!(errors.contains("convlab.1 exists"), "{errors}");
}
