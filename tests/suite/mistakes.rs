//! Every mistake a user can make ends in a clear error, exit status 2, and nothing lost.

use super::*;

fn refuse_train(place: &Workplace, settings: &[&str]) -> String {
    place.refuse(&[&["train", "--ui", "none", "--name", "run"], settings].concat())
}

fn assert_mentions(errors: &str, parts: &[&str]) {
    for part in parts {
        assert!(errors.contains(part), "no {part:?} in:\n{errors}");
    }
}

#[test]
fn unknown_keys_are_named_with_file_line_and_suggestion() {
    let place = Workplace::new();
    place.write("my.toml", "[training]\nepocs = 3\n");
    let errors = refuse_train(&place, &["my.toml"]);
    assert_mentions(
        &errors,
        &["my.toml:2", "training.epocs", "did you mean \"epochs\""],
    );
    assert!(
        !place.path("artifacts").exists(),
        "a folder was left behind"
    );
    let errors = refuse_train(&place, &["nowhere.toml"]);
    assert_mentions(&errors, &["nowhere.toml"]);
}

#[test]
fn a_network_that_does_not_fit_leaves_no_folder() {
    let place = Workplace::new();
    let layers = "model.layers=[\"conv 8 3x3\", \"dense classes\"]";
    let errors = refuse_train(&place, &["model.name=sequential", layers]);
    assert_mentions(&errors, &["layers[1]", "flatten"]);
    assert!(
        !place.path("artifacts").exists(),
        "a folder was left behind"
    );
}

#[test]
fn an_existing_run_is_never_overwritten() {
    let place = Workplace::new();
    let run = place.train("run", QUICK);
    let before = weights(&run);
    assert_mentions(
        &refuse_train(&place, QUICK),
        &["exists already", "--name", "--resume"],
    );
    assert_eq!(weights(&run), before);
    for name in ["../outside", "a/b", ".hidden", ""] {
        let errors = place.refuse(&[&["train", "--ui", "none", "--name", name], QUICK].concat());
        assert_mentions(&errors, &["cannot name a run"]);
    }
}

#[test]
fn an_unwritable_artifacts_folder_is_named() {
    let place = Workplace::new();
    place.write("file", "");
    let args = ["train", "--ui", "none", "--artifacts", "file/runs"];
    assert_mentions(
        &place.refuse(&[&args[..], QUICK].concat()),
        &["cannot create", "file/runs"],
    );
}

#[test]
fn a_backend_that_is_not_compiled_in_tells_how_to_get_it() {
    let place = Workplace::new();
    for (backend, compiled) in [
        ("wgpu", cfg!(feature = "wgpu")),
        ("cuda", cfg!(feature = "cuda")),
        ("flex", cfg!(feature = "flex")),
    ] {
        if !compiled {
            let errors = refuse_train(&place, &[QUICK, &["--device", backend]].concat());
            assert_mentions(&errors, &[&format!("cargo run --features {backend}")]);
        }
    }
}

#[test]
fn a_run_folder_of_another_model_is_refused() {
    let place = Workplace::new();
    let dense = place.train("dense", QUICK);
    let small = [
        "data.train_images=50",
        "data.test_images=50",
        "training.epochs=1",
    ];
    let lenet = place.train("lenet", &[&["model.name=lenet5"], &small[..]].concat());
    fs::copy(
        lenet.join("model.safetensors"),
        dense.join("model.safetensors"),
    )
    .unwrap();
    let path = dense.to_str().unwrap();
    for command in [vec!["evaluate", path], vec!["predict", path, path]] {
        let errors = place.refuse(&command);
        assert_mentions(&errors, &["weights of another network", "conv1"]);
    }
    fs::write(dense.join("model.safetensors"), "garbage").unwrap();
    assert_mentions(&place.refuse(&["evaluate", path]), &["model.safetensors"]);
    fs::remove_file(dense.join("model.safetensors")).unwrap();
    assert_mentions(&place.refuse(&["evaluate", path]), &["has no weights"]);
    fs::write(dense.join("model.json"), "{").unwrap();
    assert_mentions(
        &place.refuse(&["evaluate", path]),
        &["model.json", "damaged"],
    );
}

#[test]
fn names_that_do_not_exist_come_with_those_that_do() {
    let place = Workplace::new();
    assert_mentions(
        &place.refuse(&["models", "lenet"]),
        &["did you mean \"lenet5\""],
    );
    let errors = refuse_train(&place, &["data.dataset=fashon-mnist"]);
    assert_mentions(&errors, &["fashion-mnist"]);
    assert_mentions(
        &place.refuse(&["data", "show", "kittens"]),
        &["kittens", "pets"],
    );
}

#[test]
fn class_weights_of_another_number_are_refused() {
    let place = Workplace::new();
    let errors = refuse_train(
        &place,
        &[QUICK, &["training.class_weights=[1.0, 2.0]"]].concat(),
    );
    assert_mentions(&errors, &["2 weights", "10 classes"]);
}

#[test]
fn the_dashboard_needs_a_terminal() {
    let place = Workplace::new();
    let errors = place.refuse(&[&["train", "--ui", "tui"], QUICK].concat());
    assert_mentions(&errors, &["needs a terminal", "--ui plain"]);
}

#[test]
fn images_that_changed_after_training_are_not_evaluated() {
    let place = Workplace::new();
    for (class, shade) in [("dark", 20), ("light", 220)] {
        for n in 0..10 {
            let path = place.write(&format!("photos/{class}/{n}.png"), "");
            image::GrayImage::from_pixel(4, 4, image::Luma([shade + n]))
                .save(path)
                .unwrap();
        }
    }
    let settings = [
        "data.dataset=folder",
        "data.path=photos",
        "model.name=dense",
        "data.height=4",
        "data.width=4",
    ];
    let run = place.train("run", &settings);
    let path = run.to_str().unwrap();
    place.succeed(&["evaluate", path]);
    fs::copy(
        place.path("photos/dark/1.png"),
        place.path("photos/dark/00.png"),
    )
    .unwrap();
    assert_mentions(
        &place.refuse(&["evaluate", path]),
        &["has changed", "SHA-256"],
    );
    assert_mentions(
        &place.refuse(&["train", "--resume", path, "training.epochs=9"]),
        &["has changed"],
    );
}
