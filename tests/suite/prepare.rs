//! Pictures brought through steps, by themselves and on their way into a network.

use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage};

use super::*;

const STEPS: &str =
    r#"preprocess.steps=["grayscale", { threshold = { method = "fixed", level = 100 } }]"#;

/// A bright square on a dark ground, 20 pixels wide and 16 high.
fn square(left: u32, color: [u8; 3]) -> RgbImage {
    RgbImage::from_fn(20, 16, |x, y| {
        let inside = (left..left + 8).contains(&x) && (4..12).contains(&y);
        Rgb(if inside { color } else { [20, 30, 10] })
    })
}

fn save(place: &Workplace, name: &str, image: impl Into<DynamicImage>) {
    let path = place.write(name, "");
    image.into().save(path).unwrap();
}

fn photos(place: &Workplace) {
    save(place, "photos/a/one.png", square(2, [250, 200, 220]));
    save(place, "photos/a/two.bmp", square(9, [200, 250, 220]));
    save(place, "photos/b/deep/three.png", square(5, [180, 190, 250]));
}

/// What is in a folder, by name below it, hidden files left out.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            match path.is_dir() {
                true => folders.push(path),
                false if name.starts_with(".convlab") => {}
                false => {
                    let below = path.strip_prefix(folder).unwrap();
                    found.push(below.to_string_lossy().replace('\\', "/"));
                }
            }
        }
    }
    found.sort();
    found
}

#[test]
fn pictures_are_written_under_their_names_with_their_folders() {
    let place = Workplace::new();
    photos(&place);
    let output = place.succeed(&["prepare", "photos", STEPS, "--out", "out"]);
    assert!(output.contains("3 written to out"), "{output}");
    let out = place.path("out");
    assert_eq!(files(&out), ["a/one.png", "a/two.png", "b/deep/three.png"]);
    let mask = image::open(out.join("a/two.png")).unwrap();
    let expected = GrayImage::from_fn(20, 16, |x, y| {
        let inside = (9..17).contains(&x) && (4..12).contains(&y);
        Luma([if inside { 255 } else { 0 }])
    });
    assert_eq!(mask, DynamicImage::ImageLuma8(expected));
}

#[test]
fn a_second_run_does_what_is_left_and_other_steps_do_all_again() {
    let place = Workplace::new();
    photos(&place);
    let prepare = |steps: &str| place.succeed(&["prepare", "photos", steps, "--out", "out"]);
    prepare(STEPS);
    assert!(prepare(STEPS).contains("0 written to out, 3 there already, 0 failed"));
    fs::remove_file(place.path("out/a/one.png")).unwrap();
    assert!(prepare(STEPS).contains("1 written to out, 2 there already"));
    save(&place, "photos/a/two.bmp", square(1, [90, 255, 90]));
    assert!(prepare(STEPS).contains("1 written to out, 2 there already"));
    // As after a kill in the middle of the line about that picture.
    let manifest = place.path("out/.convlab-prepare.jsonl");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, &text[..text.len() - 20]).unwrap();
    assert!(prepare(STEPS).contains("1 written to out, 2 there already"));
    let other = "preprocess.steps=[\"equalize\"]";
    assert!(prepare(other).contains("3 written to out, 0 there already"));
    assert!(prepare(other).contains("3 there already"));
}

#[test]
fn two_processes_do_not_write_into_one_folder() {
    let place = Workplace::new();
    photos(&place);
    let lock = fs::File::create(place.write("out/.convlab-prepare.lock", "")).unwrap();
    lock.try_lock().unwrap();
    let errors = place.refuse(&["prepare", "photos", STEPS, "--out", "out"]);
    for part in ["another process", "out", "--out"] {
        assert!(errors.contains(part), "no {part:?} in:\n{errors}");
    }
    drop(lock);
    let done = place.succeed(&["prepare", "photos", STEPS, "--out", "out"]);
    assert!(done.contains("3 written to out"), "{done}");
}

#[test]
fn damaged_pictures_are_named_at_the_end_and_the_others_are_done() {
    let place = Workplace::new();
    photos(&place);
    place.write("photos/a/empty.png", "");
    place.write("photos/b/text.jpg", "no picture");
    let whole = fs::read(place.path("photos/a/one.png")).unwrap();
    place.write("photos/cut.png", &whole[..whole.len() / 2]);
    let output = place.run(&["prepare", "photos", STEPS, "--out", "out"]);
    assert_eq!(output.status.code(), Some(0));
    let errors = stderr(&output);
    for part in ["empty.png", "text.jpg", "cut.png", "warning: 3 inputs"] {
        assert!(errors.contains(part), "no {part:?} in:\n{errors}");
    }
    assert_eq!(files(&place.path("out")).len(), 3);
    let errors = place.refuse(&[
        "prepare",
        "photos/cut.png",
        "gone.png",
        STEPS,
        "--out",
        "none",
    ]);
    assert!(
        errors.contains("cut.png") && errors.contains("gone.png"),
        "{errors}"
    );
}

#[test]
fn nothing_is_written_where_names_would_meet_or_files_be_replaced() {
    let place = Workplace::new();
    photos(&place);
    save(&place, "photos/a/one.bmp", square(0, [255; 3]));
    let errors = place.refuse(&["prepare", "photos", STEPS, "--out", "out"]);
    assert!(
        errors.contains("one.png") && errors.contains("one.bmp"),
        "{errors}"
    );
    assert!(!place.path("out").exists());
    fs::remove_file(place.path("photos/a/one.bmp")).unwrap();
    place.write("out/b/deep/three.png", "mine");
    let errors = place.refuse(&["prepare", "photos", STEPS, "--out", "out"]);
    assert!(
        errors.contains("three.png") && errors.contains("never replaced"),
        "{errors}"
    );
    assert_eq!(files(&place.path("out")), ["b/deep/three.png"]);
    for out in ["photos", "photos/prepared", "photos/../photos/x"] {
        let errors = place.refuse(&["prepare", "photos", STEPS, "--out", out]);
        assert!(
            errors.contains("choose a folder outside"),
            "{out}: {errors}"
        );
    }
    let errors = place.refuse(&["prepare", "photos", "--out", "out"]);
    assert!(errors.contains("there are no steps"), "{errors}");
    let errors = place.refuse(&["prepare", STEPS, "--out", "out"]);
    assert!(errors.contains("there are no pictures"), "{errors}");
}

#[test]
fn a_strip_shows_every_stage() {
    let place = Workplace::new();
    photos(&place);
    place.succeed(&[
        "prepare",
        "photos/a/one.png",
        STEPS,
        "--out",
        "out",
        "--strip",
    ]);
    let strip = image::open(place.path("out/one.png")).unwrap();
    // Three stages, enlarged by 11.
    assert_eq!(strip.width(), 8 + 3 * (20 * 11 + 2 + 8));
    assert!(strip.height() > 16 * 11);
}

#[cfg(unix)]
#[test]
fn an_interrupted_preparation_leaves_whole_pictures_and_goes_on() {
    use std::process::Stdio;
    use std::thread::sleep;
    use std::time::{Duration, Instant};

    let place = Workplace::new();
    let large = RgbImage::from_fn(400, 400, |x, y| Rgb([(x * y) as u8, x as u8, y as u8]));
    for number in 0..60 {
        save(&place, &format!("photos/{number:02}.bmp"), large.clone());
    }
    let slow = r#"preprocess.steps=[{ blur = { method = "median", size = 31 } }]"#;
    let args = ["prepare", "photos", slow, "--out", "out"];
    let mut command = place.command();
    command
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(120);
    let out = place.path("out");
    // The first file in the folder is the one that the list of pictures is written to.
    let is_picture = |name: &String| name.ends_with(".png");
    while !out.exists() || !files(&out).iter().any(is_picture) {
        assert!(Instant::now() < deadline, "no picture was written in time");
        sleep(Duration::from_millis(5));
    }
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(killed.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let errors = stderr(&output);
    assert_eq!(output.status.code(), Some(130), "{errors}");
    assert!(errors.contains("goes on where it stopped"), "{errors}");
    let first = files(&out);
    assert!(
        !first.is_empty() && first.len() < 60,
        "{} written",
        first.len()
    );
    for name in &first {
        image::open(out.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let text = place.succeed(&args);
    let left = format!(
        "{} written to out, {} there already",
        60 - first.len(),
        first.len()
    );
    assert!(text.contains(&left), "{text}");
    assert_eq!(files(&out).len(), 60);
}

/// Bright squares on the left or on the right, in noise.
fn classes(place: &Workplace) {
    for number in 0..24 {
        for (class, left) in [("left", 1), ("right", 10)] {
            let image = square(left + number % 2, [120 + 5 * number as u8, 200, 210]);
            save(place, &format!("data/{class}/{number:02}.png"), image);
        }
    }
}

const CHAIN: &str = r#"preprocess.steps=[{ clahe = { tiles = 4 } }, "threshold", { remove-small = { largest = 1 }, keep = "mask" }, { bounding-crop = { margin = 3 } }, { apply-mask = { mask = "mask", background = "mean" } }]"#;

const SMALL: &[&str] = &[
    "data.dataset=folder",
    "data.height=8",
    "data.width=8",
    "model.name=dense",
    "training.epochs=2",
];

/// The same pictures reach the network when they are prepared on the way as when they were before.
#[test]
fn training_and_prediction_see_what_prepare_writes() {
    let place = Workplace::new();
    classes(&place);
    place.succeed(&["prepare", "data", CHAIN, "--out", "prepared"]);
    let on_the_way = place.train("a", &[SMALL, &["data.path=data", CHAIN]].concat());
    let before = place.train("b", &[SMALL, &["data.path=prepared"]].concat());
    assert_eq!(weights(&on_the_way), weights(&before));
    assert_eq!(
        json(&on_the_way.join("model.json"))["fingerprint"],
        json(&before.join("model.json"))["fingerprint"],
    );
    let plain = place.train("c", &[SMALL, &["data.path=data"]].concat());
    assert_ne!(weights(&on_the_way), weights(&plain));

    // From the run's folder alone.
    let predict = |run: &Path, folder: &str| {
        let (run, folder) = (run.to_str().unwrap(), place.path(folder));
        let output = place
            .command()
            .current_dir(&folder)
            .args(["predict", run, "left", "right", "--format", "json"])
            .output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    fs::rename(place.path("data"), place.path("moved")).unwrap();
    let (first, second) = (predict(&on_the_way, "moved"), predict(&before, "prepared"));
    assert!(first.contains("probability"), "{first}");
    assert_eq!(first, second);
}

#[test]
fn data_sets_in_memory_are_prepared_when_they_are_opened() {
    let place = Workplace::new();
    let masks = r#"preprocess.steps=["threshold", { bounding-crop = { margin = 2 } }]"#;
    let plain = place.train("plain", QUICK);
    let run = place.train("run", &[QUICK, &[masks]].concat());
    let card = |run: &Path| json(&run.join("model.json"));
    assert_eq!(card(&run)["input"], card(&plain)["input"]);
    assert_ne!(card(&run)["fingerprint"], card(&plain)["fingerprint"]);
    // An evaluation opens the data again, and accepts it as the same.
    place.succeed(&["evaluate", run.to_str().unwrap()]);
    place.succeed(&["inspect", "journey", run.to_str().unwrap()]);
    // Tested on the same images: the comparison has a test of the two.
    let (run, plain) = (run.to_str().unwrap(), plain.to_str().unwrap());
    place.succeed(&["report", run, plain, "--out", "both.html"]);
    let page = fs::read_to_string(place.path("both.html")).unwrap();
    assert!(page.contains("McNemar"), "no test in the comparison");
}

#[test]
fn images_can_be_normalised_each_by_itself() {
    let place = Workplace::new();
    let run = place.train(
        "run",
        &[
            QUICK,
            &[r#"preprocess.steps=["equalize", { normalize = "per-image" }]"#],
        ]
        .concat(),
    );
    let config = fs::read_to_string(run.join("config.toml")).unwrap();
    assert!(config.contains("normalize = \"per-image\""), "{config}");
    assert!(!config.contains("normalize = \"unit\""), "{config}");
    save(&place, "shoe.png", square(3, [255; 3]));
    let path = run.to_str().unwrap();
    let text = place.succeed(&["predict", path, "shoe.png", "--format", "csv"]);
    assert!(text.lines().count() > 1, "{text}");
    place.succeed(&["inspect", "explain", path, "shoe.png"]);
    let resume = place.succeed(&["evaluate", path, "--json"]);
    assert!(resume.contains("accuracy"), "{resume}");
}
