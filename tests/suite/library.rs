//! Everything the commands do, called as a library: nothing is printed, results are values.

use std::sync::Arc;

use burn::train::Interrupter;
use convlab::data::check::Level;
use convlab::device::{self, DeviceChoice};
use convlab::experiment;
use convlab::report::{Language, Sources, Tested, write_comparison, write_page};
use convlab::run::{
    OpenedRun, PredictOptions, SplitName, StartedRun, Summary, TrainingOptions, test_images,
};
use convlab::training::StoppedBy;

use super::*;

/// A network with a convolution, for a second or two of training.
const SETTINGS: [&str; 4] = [
    "model.name=lenet5",
    "data.train_images=300",
    "data.test_images=60",
    "training.epochs=1",
];

#[test]
fn a_network_is_trained_used_and_reported_on_without_the_command_line() {
    let place = Workplace::new();
    let settings = SETTINGS.map(String::from);
    let options = TrainingOptions {
        device: DeviceChoice::cpu(),
        artifacts: place.path("runs"),
        name: Some("first".into()),
        ..TrainingOptions::default()
    };

    let experiment = experiment::load(None, &settings).unwrap();
    let started = StartedRun::new(experiment, &options, &()).unwrap();
    let prepared = started.prepare(&()).unwrap();
    let ended = prepared.train(Arc::new(()), &Interrupter::new()).unwrap();
    assert_eq!(ended.finished.stopped_by, StoppedBy::Epochs);
    let trained = ended.finish(&()).unwrap();
    let check = trained.session.data_check.unwrap();
    assert!((check.findings.iter()).all(|finding| finding.level != Level::Error));
    let tested = trained.tested.unwrap();
    let folder = trained.session.folder.path().to_path_buf();
    assert_eq!(
        Summary::read(&trained.session.folder).unwrap().epochs_run,
        1
    );

    let backend = device::open(DeviceChoice::cpu(), &()).unwrap();
    let run = OpenedRun::open(&folder, backend).unwrap();
    let dataset = run.dataset(None, &()).unwrap();
    let (evaluation, predictions) = (run.evaluate(&dataset, SplitName::Test, None, &())).unwrap();
    assert_eq!(predictions, tested.predictions);
    assert_eq!(evaluation.confusion, tested.evaluation.confusion);

    let image = test_images(&dataset, &[7], 1).unwrap().pop().unwrap();
    let explanation = run.explain(image, None).unwrap();
    assert_eq!(explanation.predicted, explanation.class);
    assert!(explanation.left_out.is_empty(), "a convolution is there");

    let valid = run.validate(&dataset, &()).unwrap();
    let sources = Sources {
        run: &run,
        dataset: &dataset,
        check: &check,
        evaluation: &evaluation,
        test: &predictions,
        valid: valid.as_ref(),
        activation_images: &[],
    };
    let page = write_page(&sources, Language::En, None).unwrap();
    assert!(page.problem.is_none());
    let html = fs::read_to_string(page.path).unwrap();
    assert!(html.contains("lenet5") && html.contains("first"));

    let out = place.path("comparison.html");
    let twice = [(); 2].map(|()| {
        let tested = (evaluation.clone(), predictions.clone());
        Tested::new(&run, &dataset, tested).unwrap()
    });
    write_comparison(twice.into(), Language::En, &out).unwrap();
    assert!(out.is_file());

    let grey = place.path("grey.png");
    image::GrayImage::from_pixel(28, 28, image::Luma([90]))
        .save(&grey)
        .unwrap();
    let options = PredictOptions {
        top: 3,
        invert: false,
    };
    let inputs = [Ok(grey), Ok(place.path("missing.png"))];
    let predictions = run.into_predictor().predict(&inputs, options).unwrap();
    assert_eq!(predictions[0].top.len(), 3);
    assert!(
        predictions[1]
            .error
            .as_ref()
            .unwrap()
            .contains("missing.png")
    );
}
