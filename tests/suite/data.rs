//! Data sets of the user's own: folders of pictures and IDX files.

use std::hash::{DefaultHasher, Hash, Hasher};

use image::{Rgb, RgbImage};

use super::*;

const SMALL: &[&str] = &[
    "model.name=dense",
    "data.height=8",
    "data.width=8",
    "training.epochs=3",
    "training.learning_rate=0.01",
];

/// A picture of patches around `shade`, other ones for each name.
fn picture(place: &Workplace, name: &str, shade: u8) {
    let path = place.write(name, "");
    let noise = |x: u32, y: u32| {
        let mut hasher = DefaultHasher::new();
        (name, x / 3, y / 3).hash(&mut hasher);
        (hasher.finish() % 50) as u8
    };
    let image = RgbImage::from_fn(12, 10, |x, y| {
        Rgb([shade.saturating_add(noise(x, y)), 40, 255 - shade])
    });
    image.save(path).unwrap();
}

fn folder(place: &Workplace, per_class: u8) {
    for n in 0..per_class {
        picture(place, &format!("photos/dark/{n}.png"), n % 30);
        picture(place, &format!("photos/light/{n}.jpg"), 200 + n % 30);
    }
}

fn refuse_folder(place: &Workplace, expected: &[&str]) {
    let own = [
        "data.dataset=folder",
        "data.path=photos",
        "--name",
        "refused",
        "--ui",
        "none",
    ];
    let errors = place.refuse(&[&["train"], &own[..], SMALL].concat());
    for part in expected {
        assert!(errors.contains(part), "no {part:?} in:\n{errors}");
    }
    assert!(
        !place.path("artifacts/refused").exists(),
        "a folder was left behind"
    );
}

#[test]
fn a_folder_of_pictures_trains_evaluates_and_predicts() {
    let place = Workplace::new();
    folder(&place, 30);
    place.write("photos/dark/zz-empty.png", "");
    let own = ["data.dataset=folder", "data.path=photos"];
    let run = place.train("run", &[&own[..], SMALL].concat());
    let summary = json(&run.join("summary.json"));
    assert_eq!(summary["images"]["test"], 12);
    assert!(
        summary["test"]["accuracy"].as_f64().unwrap() > 0.9,
        "{summary}"
    );
    let skipped = summary["skipped"][0]["path"].as_str().unwrap();
    assert!(skipped.ends_with("zz-empty.png"), "{skipped}");
    let output = place.succeed(&[
        "predict",
        run.to_str().unwrap(),
        "photos/light",
        "--format",
        "json",
    ]);
    let predictions: Value = serde_json::from_str(&output).unwrap();
    let list = predictions.as_array().unwrap();
    assert_eq!(list.len(), 30);
    assert!(
        list.iter().all(|prediction| prediction["class"] == "light"),
        "{output}"
    );
}

#[test]
fn streaming_from_disk_gives_the_same_weights_as_memory() {
    let place = Workplace::new();
    folder(&place, 20);
    let own = ["data.dataset=folder", "data.path=photos"];
    let kept = place.train("kept", &[&own[..], SMALL].concat());
    let streamed = place.train(
        "streamed",
        &[&own[..], SMALL, &["data.cache_mib=0"]].concat(),
    );
    assert_eq!(weights(&kept), weights(&streamed));
}

#[test]
fn folders_that_cannot_be_trained_on_are_refused_by_name() {
    let place = Workplace::new();
    refuse_folder(&place, &["photos"]);
    folder(&place, 10);
    fs::create_dir(place.path("photos/empty")).unwrap();
    refuse_folder(&place, &["empty"]);
    fs::remove_dir(place.path("photos/empty")).unwrap();
    fs::rename(place.path("photos/light"), place.path("light")).unwrap();
    refuse_folder(&place, &["dark"]);
    fs::rename(place.path("light"), place.path("photos/light")).unwrap();
    for n in 0..5 {
        place.write(
            &format!("photos/dark/lies-{n}.png"),
            "this is text, not a picture",
        );
    }
    refuse_folder(&place, &["lies-0.png", "max_bad_fraction"]);
}

#[test]
fn an_archive_of_photographs_is_unpacked_trained_on_and_listed() {
    let place = Workplace::new();
    folder(&place, 30);
    let archive = place.write("cats-vs-dogs/kagglecatsanddogs_5340.zip", "");
    let mut writer = zip::ZipWriter::new(fs::File::create(&archive).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for (class, own, extension) in [("Cat", "dark", "png"), ("Dog", "light", "jpg")] {
        for n in 0..30 {
            let content = fs::read(place.path(&format!("photos/{own}/{n}.{extension}"))).unwrap();
            writer
                .start_file(format!("PetImages/{class}/{n}.jpg"), options)
                .unwrap();
            std::io::Write::write_all(&mut writer, &content).unwrap();
        }
    }
    writer.start_file("PetImages/Cat/666.jpg", options).unwrap();
    writer.finish().unwrap();

    let own = ["data.dataset=cats-vs-dogs", "--data-dir", "."];
    let run = place.train("run", &[&own[..], SMALL].concat());
    let summary = json(&run.join("summary.json"));
    assert_eq!(
        summary["images"],
        serde_json::json!({ "test": 12, "train": 43, "valid": 5 })
    );
    let skipped = summary["skipped"][0]["path"].as_str().unwrap();
    assert!(skipped.ends_with("666.jpg"), "{skipped}");
    let card = json(&run.join("model.json"));
    assert_eq!(card["classes"], serde_json::json!(["cat", "dog"]));

    let list = place.succeed(&["data", "--json", "--data-dir", "."]);
    let list: Value = serde_json::from_str(&list).unwrap();
    let entry = |name: &str| {
        let entries = list.as_array().unwrap();
        let entry = entries.iter().find(|entry| entry["name"] == name);
        entry.unwrap().clone()
    };
    let (cats, pets) = (entry("cats-vs-dogs"), entry("oxford-pets"));
    assert_eq!(
        (&cats["present"], &cats["shape"]),
        (&true.into(), &Value::Null)
    );
    assert_eq!(
        (&pets["present"], &pets["test_images"]),
        (&false.into(), &3669.into())
    );
    let table = place.succeed(&["data", "--data-dir", "."]);
    assert!(
        table.contains("by seed") && table.contains("photographs"),
        "{table}"
    );
    let fetched = place.succeed(&["data", "fetch", "cats-vs-dogs", "--data-dir", "."]);
    assert!(fetched.contains("Asirra"), "{fetched}");
}

#[test]
fn a_hostile_archive_is_refused_and_nothing_of_it_is_kept() {
    let place = Workplace::new();
    let archive = place.write("cats-vs-dogs/kagglecatsanddogs_5340.zip", "");
    let mut writer = zip::ZipWriter::new(fs::File::create(&archive).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for name in ["PetImages/Cat/1.jpg", "../../PetImages/Cat/2.jpg"] {
        writer.start_file(name, options).unwrap();
    }
    writer.finish().unwrap();
    let own = [
        "data.dataset=cats-vs-dogs",
        "--data-dir",
        ".",
        "--ui",
        "none",
    ];
    let errors = place.refuse(&[&["train"], &own[..], SMALL].concat());
    for part in [
        "kagglecatsanddogs_5340.zip",
        "../../PetImages/Cat/2.jpg",
        "leads out of its folder",
        "data fetch",
    ] {
        assert!(errors.contains(part), "no {part:?} in:\n{errors}");
    }
    assert_eq!(fs::read_dir(place.path("cats-vs-dogs")).unwrap().count(), 1);
}

#[test]
fn a_folder_that_cannot_be_split_is_refused_with_what_to_do() {
    let place = Workplace::new();
    folder(&place, 1);
    refuse_folder(&place, &["photos", "add images", "data.test_fraction = 0"]);
    folder(&place, 20);
    for n in 1..20 {
        fs::remove_file(place.path(&format!("photos/dark/{n}.png"))).unwrap();
    }
    let own = ["data.dataset=folder", "data.path=photos"];
    let run = place.train("run", &[&own[..], SMALL].concat());
    let summary = json(&run.join("summary.json"));
    assert_eq!(summary["images"]["test"], 4);
}

#[test]
fn what_is_wrong_with_a_folder_is_found_before_a_training_learns_it() {
    let place = Workplace::new();
    for n in 0..40 {
        picture(&place, &format!("photos/train/dark/{n}.png"), 60);
        picture(&place, &format!("photos/train/light/{n}.png"), 80);
    }
    for n in 0..10 {
        picture(&place, &format!("photos/test/dark/{n}.png"), 60);
        picture(&place, &format!("photos/test/light/{n}.png"), 80);
    }
    let own = [
        "data.dataset=folder",
        "data.path=photos",
        "data.height=32",
        "data.width=32",
        "data.valid_fraction=0",
    ];
    let check = |more: &[&str]| {
        let output = place.run(&[&["data", "check"], &own[..], more].concat());
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let (status, text) = check(&[]);
    assert_eq!(status, Some(0), "{text}");
    for part in ["80 training", "12x10", "100 RGB", "nothing unusual"] {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }

    let copy = |from: &str, to: &str| {
        fs::copy(
            place.path("photos").join(from),
            place.path("photos").join(to),
        )
        .unwrap();
    };
    copy("train/dark/3.png", "test/dark/3.png");
    copy("train/dark/4.png", "test/light/4.png");
    let lighter = image::open(place.path("photos/train/light/5.png"));
    let lighter = lighter.unwrap().brighten(12);
    lighter.save(place.path("photos/test/light/5.bmp")).unwrap();
    RgbImage::new(12, 10)
        .save(place.path("photos/train/dark/black.png"))
        .unwrap();
    place.write("photos/train/dark/lies.png", "this is text, not a picture");
    let (status, text) = check(&[]);
    assert_eq!(status, Some(1), "{text}");
    for part in [
        "error: test images that are among the training images as well: 3 (14.29%)",
        "2 exactly, 1 nearly",
        "At most 10.00% are allowed (data.max_leak_fraction)",
        "train/dark/3.png) is test image",
        "test/light/5.bmp",
        "warning: pairs of the same image with different labels: 1 exactly",
        "warning: files that cannot be read: 1",
        "lies.png",
        "warning: images of one colour: 1",
        "black.png",
    ] {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
    let (status, found) = check(&["data.max_leak_fraction=0.2", "--json"]);
    let found: Value = serde_json::from_str(&found).unwrap();
    assert_eq!(status, Some(0), "{found}");
    let leak = &found["findings"][0];
    assert_eq!(
        (&leak["level"], &leak["kind"], &leak["exact"], &leak["near"]),
        (&"warning".into(), &"leak".into(), &2.into(), &1.into())
    );
    assert_eq!(found["pairs"].as_array().unwrap().len(), 3);

    let train = [
        &[
            "train",
            "model.name=dense",
            "training.epochs=1",
            "--name",
            "run",
        ],
        &own[..],
    ];
    let errors = place.refuse(&train.concat());
    for part in [
        "as well: 3 (14.29%)",
        "convlab data check",
        "data.max_leak_fraction=1",
    ] {
        assert!(errors.contains(part), "no {part:?} in:\n{errors}");
    }
    assert!(
        !place.path("artifacts/run").exists(),
        "a folder was left behind"
    );
    let streamed = [
        "data.max_leak_fraction=1",
        "data.cache_mib=0",
        "--ui",
        "none",
    ];
    let output = place.run(&[&train.concat()[..], &streamed].concat());
    let told = stderr(&output);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("as well: 3 (14.29%)"), "{told}");
    let run = place.path("artifacts/run");
    let kept = json(&run.join("data-check.json"));
    assert_eq!(kept["pairs"], found["pairs"]);
    let page = fs::read_to_string(run.join("report.html")).unwrap();
    for part in ["id=\"check\"", "14.29%", "nearly the same: "] {
        assert!(page.contains(part), "no {part:?} in the page");
    }
}

/// An IDX file: magic of `kind`, sizes, values.
fn idx(kind: u8, sizes: &[u32], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, kind];
    sizes
        .iter()
        .for_each(|size| bytes.extend(size.to_be_bytes()));
    bytes.extend(values);
    bytes
}

fn write_idx(place: &Workplace, labels: &[u8]) {
    let count = labels.len() as u32;
    for (split, offset) in [("train", 0), ("t10k", 1)] {
        let images: Vec<u8> = (0..labels.len() * 64)
            .map(|i| ((2 * i + offset) * (i + 7) * 31 % 251) as u8)
            .collect();
        place.write(
            &format!("idx/{split}-images-idx3-ubyte"),
            idx(3, &[count, 8, 8], &images),
        );
        place.write(
            &format!("idx/{split}-labels-idx1-ubyte"),
            idx(1, &[count], labels),
        );
    }
}

#[test]
fn idx_files_of_ones_own_train() {
    let place = Workplace::new();
    let labels: Vec<u8> = (0..60).map(|i| i % 3).collect();
    write_idx(&place, &labels);
    let run = place.train(
        "run",
        &["data.dataset=idx", "data.path=idx", "model.name=dense"],
    );
    let card = json(&run.join("model.json"));
    assert_eq!(card["classes"], serde_json::json!(["0", "1", "2"]));
}

#[test]
fn damaged_idx_files_are_refused_by_name() {
    let place = Workplace::new();
    let labels: Vec<u8> = (0..60).map(|i| i % 3).collect();
    let refuse = |data_dir: bool, expected: &[&str]| {
        let own: &[&str] = match data_dir {
            true => &["data.dataset=mnist", "--data-dir", "."],
            false => &["data.dataset=idx", "data.path=idx"],
        };
        let errors = place.refuse(&[&["train", "model.name=dense", "--ui", "none"], own].concat());
        expected
            .iter()
            .for_each(|part| assert!(errors.contains(part), "no {part:?} in:\n{errors}"));
    };
    refuse(false, &["idx"]);
    write_idx(&place, &labels);
    let images = fs::read(place.path("idx/train-images-idx3-ubyte")).unwrap();
    place.write("idx/train-images-idx3-ubyte", &images[..images.len() / 2]);
    refuse(false, &["train-images-idx3-ubyte"]);
    let huge = idx(3, &[u32::MAX, 60_000, 60_000], &[0; 10]);
    place.write("idx/train-images-idx3-ubyte", huge);
    refuse(false, &["train-images-idx3-ubyte"]);
    place.write("idx/train-images-idx3-ubyte", &images);
    place.write("idx/train-labels-idx1-ubyte", idx(1, &[59], &labels[..59]));
    refuse(false, &["60", "59"]);
    // As the known data set with ten classes, a label of 10 is out of range.
    let wrong: Vec<u8> = (0..60).map(|i| i % 11).collect();
    write_idx(&place, &wrong);
    fs::rename(place.path("idx"), place.path("mnist")).unwrap();
    refuse(true, &["train-labels-idx1-ubyte", "10"]);
}
