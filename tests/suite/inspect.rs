//! `inspect`: pictures of what a network does, beside the run.

use super::*;

const SMALL: &[&str] = &[
    "model.name=lenet5",
    "data.train_images=200",
    "data.test_images=60",
    "training.epochs=1",
];

fn figure(run: &Path, name: &str) -> image::RgbImage {
    image::open(run.join("figures").join(name))
        .unwrap()
        .into_rgb8()
}

#[test]
fn a_journey_compares_pictures_layer_by_layer() {
    let place = Workplace::new();
    let run = place.train("run", SMALL);
    let text = place.succeed(&["inspect", "journey", "artifacts/run", "--filter", "1"]);
    for part in ["conv1", "dead filters", "journey.png"] {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
    assert!(figure(&run, "journey.png").height() > 10 * 100);
    figure(&run, "journey-conv2.png");
    let two = ["inspect", "journey", "artifacts/run", "--index", "3,1"];
    place.succeed(&two);
    let narrow = figure(&run, "journey.png").width();
    place.succeed(&["inspect", "journey", "artifacts/run", "--index", "3,1,2,4"]);
    assert!(figure(&run, "journey.png").width() > narrow);

    let photo = image::GrayImage::from_fn(50, 40, |x, y| image::Luma([(x * y % 256) as u8]));
    photo.save(place.path("mine.png")).unwrap();
    let own = [
        "inspect",
        "journey",
        "artifacts/run",
        "--images",
        "mine.png",
        "mine.png",
    ];
    let text = place.succeed(&own);
    assert!(!text.contains("dead filters"), "{text}");
}

#[test]
fn filters_are_drawn_where_there_are_any() {
    let place = Workplace::new();
    let run = place.train("run", SMALL);
    place.succeed(&["inspect", "filters", "artifacts/run"]);
    assert!(figure(&run, "filters.png").width() > 6 * 50);
    assert!(figure(&run, "filters-conv2.png").height() > 16 * 50);
    let run = place.train("dense", QUICK);
    let text = place.succeed(&["inspect", "filters", "artifacts/dense"]);
    assert!(text.contains("no convolution"), "{text}");
    assert!(!run.join("figures").exists());
    place.succeed(&["inspect", "journey", "artifacts/dense"]);
    figure(&run, "journey.png");
}

#[test]
fn mistakes_name_what_was_expected() {
    let place = Workplace::new();
    place.train("run", QUICK);
    for (args, part) in [
        (
            &["inspect", "journey", "artifacts/run", "--index", "100"][..],
            "expected 0 to 99",
        ),
        (
            &["inspect", "journey", "artifacts/none"],
            "not a run's folder",
        ),
        (
            &[
                "inspect",
                "journey",
                "artifacts/run",
                "--images",
                "none.png",
            ],
            "none.png",
        ),
        (
            &["inspect", "filters", "artifacts/none"],
            "not a run's folder",
        ),
    ] {
        let errors = place.refuse(args);
        assert!(errors.contains(part), "no {part:?} in:\n{errors}");
    }
}

#[test]
fn a_picture_or_a_test_image_is_explained() {
    let place = Workplace::new();
    let run = place.train("run", SMALL);
    let text = place.succeed(&["inspect", "explain", "artifacts/run", "5", "--class", "2"]);
    for part in [
        "Grad-CAM",
        "saliency",
        "integrated gradients",
        "occlusion",
        "chance",
    ] {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
    let picture = fs::read_dir(run.join("figures"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    assert!(image::open(picture.path()).unwrap().width() > 5 * 200);
    let photo = image::RgbImage::from_fn(50, 40, |x, y| image::Rgb([x as u8, y as u8, 9]));
    photo.save(place.path("mine.png")).unwrap();
    place.succeed(&["inspect", "explain", "artifacts/run", "mine.png"]);
    let figures = fs::read_dir(run.join("figures")).unwrap();
    let names = figures.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(
        names
            .filter(|name| name.starts_with("explain-mine-as-"))
            .count(),
        1
    );
    let errors = place.refuse(&["inspect", "explain", "artifacts/run", "60"]);
    assert!(errors.contains("0 to 59"), "{errors}");
    let wrong = ["inspect", "explain", "artifacts/run", "5", "--class", "hat"];
    assert!(place.refuse(&wrong).contains("expected one of"));

    place.train("dense", QUICK);
    let text = place.succeed(&["inspect", "explain", "artifacts/dense", "5"]);
    assert!(text.contains("Grad-CAM: left out"), "{text}");
    assert!(text.contains("occlusion"), "{text}");
}

#[test]
fn embeddings_are_drawn_by_both_projections() {
    let place = Workplace::new();
    let run = place.train("run", SMALL);
    let text = place.succeed(&["inspect", "embeddings", "artifacts/run"]);
    assert!(text.contains("84 features"), "{text}");
    let dots = figure(&run, "embeddings-pca.png");
    place.succeed(&["inspect", "embeddings", "artifacts/run", "--thumbnails"]);
    assert_ne!(figure(&run, "embeddings-pca.png"), dots);
    let t_sne = [
        "inspect",
        "embeddings",
        "artifacts/run",
        "--projection",
        "t-sne",
    ];
    place.succeed(&t_sne);
    let first = figure(&run, "embeddings-t-sne.png");
    place.succeed(&t_sne);
    assert_eq!(figure(&run, "embeddings-t-sne.png"), first);
}
