//! Trainings through the library, watched by a test instead of a terminal.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use burn::train::Interrupter;

use super::*;
use crate::data::synthetic::{self, Drawing};
use crate::data::{Dataset, SplitOptions};
use crate::device::{self, Backend, DeviceChoice};
use crate::experiment::{self, Experiment};
use crate::progress::Progress;
use crate::storage;
use crate::sync::lock;
use crate::weights::BEST_WEIGHTS;

const BATCHES_PER_EPOCH: usize = 4;

/// What a training needs besides its folder.
struct Bench {
    experiment: Experiment,
    dataset: Dataset,
    backend: Backend,
}

impl Bench {
    /// Three epochs of a network with batch norm. It has no dropout: Burn draws that from one stream
    /// for the whole process, which other tests use at the same time.
    fn new() -> Self {
        let settings = [
            "model.name=two-conv",
            "model.conv_channels=[2, 2]",
            "model.hidden=8",
            "model.batch_norm=true",
            "training.epochs=3",
            "training.batch_size=16",
        ];
        let experiment = experiment::load(None, &settings.map(String::from)).unwrap();
        let raw = synthetic::load(Drawing::Garments, 80, 20, 1);
        let options = SplitOptions {
            valid_fraction: 0.2,
            test_fraction: 0.0,
            train_images: None,
            test_images: None,
            normalize: experiment.data.normalize,
            pretrained: None,
            may_be_untrained: false,
            seed: 1,
        };
        Self {
            experiment,
            dataset: Dataset::split(raw, options).unwrap(),
            backend: device::open(DeviceChoice::cpu(), &()).unwrap(),
        }
    }

    fn train(
        &self,
        folder: &Path,
        resume: bool,
        observer: Arc<dyn TrainingObserver>,
        interrupter: &Interrupter,
    ) -> Result<Finished, TrainError> {
        let job = TrainingJob {
            experiment: &self.experiment,
            dataset: &self.dataset,
            backend: &self.backend,
            folder,
        };
        let (dataset, device) = (job.dataset, &job.backend.device);
        let resumed = resume.then_some(folder);
        let start = start(job.experiment, dataset, device, resumed, None, &()).unwrap();
        let trainable = trainable(&job, start.network, &()).unwrap();
        train(&job, trainable, resume, observer, interrupter)
    }

    /// Trains without an interruption.
    fn whole(&self, folder: &Path) -> Finished {
        let whole = self.train(folder, false, Arc::new(()), &Interrupter::new());
        whole.unwrap()
    }
}

/// Writes down what it sees, and does something after a number of batches.
#[derive(Default)]
struct Recorder {
    batches: AtomicUsize,
    after: Option<(usize, Action)>,
    cancelled: AtomicBool,
    interrupter: Interrupter,
    epochs: Mutex<Vec<(EpochRecord, bool)>>,
    said: Mutex<Vec<String>>,
    ended: AtomicBool,
}

#[derive(Clone, Copy)]
enum Action {
    Interrupt,
    Cancel,
}

impl Progress for Recorder {
    fn note(&self, text: &str) {
        lock(&self.said).push(text.to_owned());
    }

    fn warn(&self, text: &str) {
        lock(&self.said).push(text.to_owned());
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

impl TrainingObserver for Recorder {
    fn batch_done(&self, batch: BatchDone) {
        let done = 1 + self.batches.fetch_add(1, Ordering::Relaxed);
        assert_eq!(batch.epochs, 3);
        assert_eq!(batch.images_per_epoch, 64);
        assert!((1..=64).contains(&batch.images));
        match self.after {
            Some((after, Action::Interrupt)) if after == done => self.interrupter.stop(None),
            Some((after, Action::Cancel)) if after == done => {
                self.cancelled.store(true, Ordering::Relaxed);
            }
            _ => {}
        }
    }

    fn epoch_done(&self, epoch: EpochDone) {
        lock(&self.epochs).push((epoch.record.clone(), epoch.best.is_some()));
    }

    fn ended(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

fn weights(folder: &Path) -> [Vec<u8>; 2] {
    [BEST_WEIGHTS, LAST_WEIGHTS].map(|name| std::fs::read(folder.join(name)).unwrap())
}

/// The figures without the time they took.
fn figures(history: &[EpochRecord]) -> Vec<(usize, [f64; 3], Option<f64>)> {
    let figures = |record: &EpochRecord| {
        let train = [
            record.learning_rate,
            record.train_loss,
            record.train_accuracy,
        ];
        (record.epoch, train, record.valid_loss)
    };
    history.iter().map(figures).collect()
}

#[test]
fn an_observer_sees_every_batch_and_every_epoch() {
    let bench = Bench::new();
    let folder = tempfile::tempdir().unwrap();
    let recorder = Arc::new(Recorder::default());
    let finished = bench.train(
        folder.path(),
        false,
        recorder.clone(),
        &recorder.interrupter,
    );
    let finished = finished.unwrap();
    assert_eq!(finished.stopped_by, StoppedBy::Epochs);
    assert_eq!(
        recorder.batches.load(Ordering::Relaxed),
        3 * BATCHES_PER_EPOCH
    );
    let (records, best): (Vec<_>, Vec<_>) = lock(&recorder.epochs).iter().cloned().unzip();
    assert_eq!(records, finished.state.history);
    assert_eq!(records, read_history(folder.path()).unwrap());
    assert!(best[0], "the first epoch is the best so far");
    assert!(recorder.ended.load(Ordering::Relaxed));
    assert!(lock(&recorder.said).is_empty());
}

#[test]
fn a_training_that_is_stopped_within_an_epoch_goes_on_as_if_it_had_not_been() {
    let bench = Bench::new();
    let [whole, parts] = [0, 1].map(|_| tempfile::tempdir().unwrap());
    let expected = bench.whole(whole.path());
    let recorder = Arc::new(Recorder {
        after: Some((BATCHES_PER_EPOCH + 2, Action::Interrupt)),
        ..Recorder::default()
    });
    let stopped = bench.train(parts.path(), false, recorder.clone(), &recorder.interrupter);
    let stopped = stopped.unwrap();
    assert_eq!(stopped.stopped_by, StoppedBy::Interrupted);
    assert_eq!((stopped.state.epoch, stopped.state.batch), (2, 2));
    let finished = bench.train(parts.path(), true, Arc::new(()), &Interrupter::new());
    let finished = finished.unwrap();
    assert_eq!(
        figures(&finished.state.history),
        figures(&expected.state.history)
    );
    assert!(weights(parts.path()) == weights(whole.path()));
}

#[test]
fn a_cancelled_training_keeps_its_last_checkpoint() {
    let bench = Bench::new();
    let [whole, parts] = [0, 1].map(|_| tempfile::tempdir().unwrap());
    bench.whole(whole.path());
    let recorder = Arc::new(Recorder {
        after: Some((BATCHES_PER_EPOCH + 2, Action::Cancel)),
        ..Recorder::default()
    });
    let error = bench.train(parts.path(), false, recorder.clone(), &recorder.interrupter);
    assert!(matches!(error, Err(TrainError::Cancelled)), "{error:?}");
    assert_eq!(
        recorder.batches.load(Ordering::Relaxed),
        BATCHES_PER_EPOCH + 2
    );
    assert!(recorder.ended.load(Ordering::Relaxed));
    assert_eq!(read_history(parts.path()).unwrap().len(), 1);
    let finished = bench.train(parts.path(), true, Arc::new(()), &Interrupter::new());
    assert_eq!(finished.unwrap().state.history.len(), 3);
    assert!(weights(parts.path()) == weights(whole.path()));
}

#[test]
fn another_number_of_threads_and_a_start_anew_are_told() {
    let bench = Bench::new();
    let folder = tempfile::tempdir().unwrap();
    bench.whole(folder.path());
    let checkpoints = folder.path().join(CHECKPOINTS);
    let checkpoint = std::fs::read_dir(&checkpoints).unwrap().next().unwrap();
    let state = checkpoint.unwrap().path().join("state.toml");
    let text = std::fs::read_to_string(&state).unwrap();
    let threads = format!("threads = {}\n", rayon::current_num_threads());
    assert!(text.contains(&threads), "{text}");
    let resume = |text: &str| {
        storage::write(&state, text.as_bytes()).unwrap();
        let recorder = Arc::new(Recorder::default());
        let resumed = bench.train(folder.path(), true, recorder.clone(), &Interrupter::new());
        resumed.unwrap();
        lock(&recorder.said).join("\n")
    };
    assert_eq!(resume(&text), "");
    // Written by a version that did not keep the number.
    assert_eq!(resume(&text.replace(&threads, "")), "");
    let said = resume(&text.replace(&threads, "threads = 999\n"));
    assert!(said.contains("RAYON_NUM_THREADS=999"), "{said}");
    std::fs::remove_dir_all(&checkpoints).unwrap();
    let recorder = Arc::new(Recorder::default());
    let anew = bench.train(folder.path(), true, recorder.clone(), &Interrupter::new());
    assert_eq!(anew.unwrap().state.history.len(), 3);
    assert!(lock(&recorder.said)[0].contains("starts anew"));
}
