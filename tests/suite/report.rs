//! `report`: pages about runs.

use super::*;

const SMALL: &[&str] = &[
    "model.name=lenet5",
    "data.train_images=300",
    "data.test_images=80",
    "data.valid_fraction=0.2",
    "training.epochs=2",
];

/// What a page carries as JSON.
fn embedded(page: &str) -> Value {
    let start = "<script type=\"application/json\" id=\"data\">";
    let data = page.split(start).nth(1).expect("the page has data");
    serde_json::from_str(data.split("</script>").next().unwrap()).unwrap()
}

/// Nothing in a page may ask for anything outside of it.
fn assert_self_contained(page: &str) {
    for outside in [
        "http://",
        "https://",
        "src=\"/",
        "@import",
        "url(",
        "<link rel=\"stylesheet\"",
    ] {
        let named = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!named.contains(outside), "the page refers to {outside}");
    }
    assert!(page.len() < 5 << 20, "{} bytes", page.len());
}

#[test]
fn training_ends_with_a_page_whose_numbers_are_those_of_the_evaluation() {
    let place = Workplace::new();
    let mut args = vec!["train", "--ui", "plain", "--name", "run", "--device", CPU];
    args.extend(SMALL);
    let text = place.succeed(&args);
    assert!(text.contains("report.html"), "{text}");
    let run = place.path("artifacts/run");
    let page = fs::read_to_string(run.join("report.html")).unwrap();
    assert_self_contained(&page);
    let (data, evaluation) = (embedded(&page), json(&run.join("evaluation.json")));
    assert_eq!(data["evaluation"], evaluation);
    assert_eq!(data["calibration"]["scaled"]["fitted_on"], "valid");
    let accuracy = 100.0 * evaluation["accuracy"].as_f64().unwrap();
    assert!(page.contains(&format!("<dd>{accuracy:.2}% <small>")));
    // Every cell of the confusion matrix that is not empty shows images of its own.
    let counts = |cell: &Value| {
        let at = |key: &str| cell[key].as_u64().unwrap() as usize;
        evaluation["confusion"][at("target")][at("predicted")]
            .as_u64()
            .unwrap() as usize
    };
    let cells = data["cells"].as_array().unwrap();
    for cell in cells {
        let examples = cell["examples"].as_array().unwrap();
        assert_eq!(examples.len(), counts(cell).min(4));
    }
    let filled = (evaluation["confusion"].as_array().unwrap().iter())
        .flat_map(|row| row.as_array().unwrap())
        .filter(|count| count.as_u64() > Some(0));
    assert_eq!(cells.len(), filled.count());
    let layers = data["journey"]["layers"].as_array().unwrap();
    assert_eq!(layers[0]["strips"].as_array().unwrap().len(), 3);
    for name in ["loss", "accuracy", "calibration"] {
        let svg = fs::read_to_string(run.join(format!("figures/{name}.svg"))).unwrap();
        assert!(svg.starts_with("<svg") && svg.contains("<circle"), "{name}");
    }
    for name in ["filters", "grad-cam", "data"] {
        let picture = image::open(run.join(format!("figures/{name}.png"))).unwrap();
        assert!(picture.width() > 200 && picture.height() > 50, "{name}");
    }
}

#[test]
fn a_page_can_be_had_in_both_languages_and_elsewhere() {
    let place = Workplace::new();
    let run = place.train("run", SMALL);
    assert!(!run.join("report.html").exists());
    place.succeed(&["report", "artifacts/run"]);
    let english = fs::read_to_string(run.join("report.html")).unwrap();
    place.succeed(&[
        "report",
        "artifacts/run",
        "--lang",
        "id",
        "--out",
        "laporan.html",
    ]);
    let indonesian = fs::read_to_string(place.path("laporan.html")).unwrap();
    assert!(english.contains("<html lang=\"en\">") && english.contains("Confusion matrix"));
    assert!(indonesian.contains("<html lang=\"id\">") && indonesian.contains("Matriks konfusi"));
    let [a, b] = [&english, &indonesian].map(|page| embedded(page));
    assert_eq!(a["evaluation"]["confusion"], b["evaluation"]["confusion"]);
}

#[test]
fn every_network_has_a_page_and_names_with_markup_stay_text() {
    let place = Workplace::new();
    for (number, class) in ["<b>bold", "a&b"].into_iter().enumerate() {
        for photo in 0..12 {
            let picture = image::RgbImage::from_fn(40, 30, |x, y| {
                image::Rgb([(x * 5) as u8, (y * 7 + photo) as u8, (number * 200) as u8])
            });
            let path = place.path(&format!("photos/{class}/{photo}.png"));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            picture.save(path).unwrap();
        }
    }
    let layers = "model.layers=[\"conv 4 3x3\",\"relu\",\"global-avg-pool\",\"dense classes\"]";
    for (name, model) in [
        ("dense", vec!["model.name=dense"]),
        (
            "two-conv",
            vec!["model.name=two-conv", "model.batch_norm=true"],
        ),
        ("sequential", vec!["model.name=sequential", layers]),
    ] {
        let mut settings = vec![
            "data.dataset=folder",
            "data.path=photos",
            // The pictures are all alike.
            "data.max_leak_fraction=1",
            "training.epochs=1",
            "data.height=32",
            "data.width=24",
        ];
        settings.extend(model);
        let run = place.train(name, &settings);
        place.succeed(&["report", &format!("artifacts/{name}")]);
        let page = fs::read_to_string(run.join("report.html")).unwrap();
        assert_self_contained(&page);
        assert!(
            !page.contains("<b>bold"),
            "{name}: a class name became markup"
        );
        assert!(page.contains("&lt;b&gt;bold"), "{name}");
        let data = embedded(&page);
        assert_eq!(data["journey"]["filters"] == 0, name == "dense");
        assert_eq!(page.contains("id=\"filter\""), name != "dense", "{name}");
    }
}

#[test]
fn runs_are_compared_on_the_same_test_images() {
    let place = Workplace::new();
    place.train("a", SMALL);
    place.train("b", &[SMALL, &["training.learning_rate=0.003"]].concat());
    place.train("c", &[SMALL, &["data.seed=5"]].concat());
    place.succeed(&["report", "artifacts/a", "artifacts/b", "artifacts/c"]);
    let page = fs::read_to_string(place.path("comparison.html")).unwrap();
    assert_self_contained(&page);
    assert!(page.contains("training.learning_rate") && page.contains("0.003"));
    assert!(
        !page.contains("training.batch_size"),
        "what is the same is left out"
    );
    // Other images: one pair is left to test, and the third run is named.
    assert_eq!(page.matches("<td>b</td>").count(), 1);
    assert!(page.contains("<li>c</li>"), "c was tested on other images");
    place.succeed(&["report", "artifacts/c", "artifacts/b", "artifacts/a"]);
    let page = fs::read_to_string(place.path("comparison.html")).unwrap();
    assert!(
        page.contains("<li>c</li>") && page.contains("<td>a</td>"),
        "the order does not matter"
    );
}

#[test]
fn a_page_that_cannot_be_written_is_an_error_and_the_training_is_kept() {
    let place = Workplace::new();
    place.train("run", SMALL);
    let errors = place.refuse(&["report", "artifacts/none"]);
    assert!(errors.contains("artifacts/none"), "{errors}");
    fs::create_dir(place.path("folder")).unwrap();
    fs::create_dir(place.path("folder.html")).unwrap();
    for (out, expected) in [
        ("folder", "ends in .html"),
        ("folder.html", "never replaced"),
        ("artifacts/run/model.safetensors", "ends in .html"),
        ("none/page.html", "no folder none"),
    ] {
        let errors = place.refuse(&["report", "artifacts/run", "--out", out]);
        assert!(errors.contains(expected), "{errors}");
    }
    let errors = place.refuse(&["report", "artifacts/run", "--index", "80"]);
    assert!(errors.contains("0 to 79"), "{errors}");
    fs::remove_file(place.path("artifacts/run/summary.json")).unwrap();
    let errors = place.refuse(&["report", "artifacts/run"]);
    assert!(errors.contains("--resume"), "{errors}");
}

#[test]
fn what_a_reader_that_goes_away_misses_is_in_the_folder() {
    let place = Workplace::new();
    let mut args = vec!["train", "--ui", "plain", "--name", "run", "--device", CPU];
    args.extend(SMALL);
    let mut training = place
        .command()
        .args(args)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    drop(training.stdout.take());
    training.wait().unwrap();
    for file in ["summary.json", "evaluation.json", "report.html"] {
        assert!(place.path("artifacts/run").join(file).is_file(), "{file}");
    }
}

#[test]
fn the_journey_of_chosen_images_is_shown() {
    let place = Workplace::new();
    let run = place.train("run", SMALL);
    place.succeed(&["report", "artifacts/run", "--index", "5,7"]);
    let data = embedded(&fs::read_to_string(run.join("report.html")).unwrap());
    let images = data["journey"]["images"].as_array().unwrap();
    let names: Vec<&str> = images
        .iter()
        .map(|image| image["name"].as_str().unwrap())
        .collect();
    assert!(
        names[0].starts_with("5: ") && names[1].starts_with("7: "),
        "{names:?}"
    );
    assert_eq!(names.len(), 2);
}

#[test]
fn a_hundred_classes_fit_a_page() {
    let place = Workplace::new();
    for class in 0..100u32 {
        for photo in 0..4u32 {
            let picture = image::GrayImage::from_fn(12, 12, |x, y| {
                image::Luma([(x * class + y * photo + 40 * photo) as u8])
            });
            let path = place.path(&format!("photos/{class:03}/{photo}.png"));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            picture.save(path).unwrap();
        }
    }
    let run = place.train(
        "run",
        &[
            "data.dataset=folder",
            "data.path=photos",
            "data.color=grey",
            "data.height=12",
            "data.width=12",
            "data.valid_fraction=0",
            "data.test_fraction=0.25",
            "model.name=dense",
            "training.epochs=1",
        ],
    );
    place.succeed(&["report", "artifacts/run"]);
    let page = fs::read_to_string(run.join("report.html")).unwrap();
    assert_self_contained(&page);
    assert!(page.len() < 2 << 20, "{} bytes", page.len());
    assert!(page.contains("The 60 of 100 classes") && page.contains("the first 20 of 100 classes"));
}
