//! Who watches a training.

use burn::train::renderer::MetricsRenderer;

use super::history::EpochRecord;
use crate::experiment::Metric;
use crate::progress::Progress;

/// A batch was trained on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchDone {
    /// The epoch under way, from 1.
    pub epoch: usize,
    /// Epochs of the whole training.
    pub epochs: usize,
    /// Images of the epoch that are done.
    pub images: usize,
    /// Images of the whole epoch.
    pub images_per_epoch: usize,
}

/// An epoch was trained, validated and saved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EpochDone<'a> {
    pub record: &'a EpochRecord,
    /// Epochs of the whole training.
    pub epochs: usize,
    /// The monitored metric, if this is its best epoch so far.
    pub best: Option<Metric>,
}

/// Watches a training: a terminal, a server or a test.
///
/// Every method does nothing unless it is overridden, so that `()` watches nothing. Of
/// [`Progress`], a training calls `note` and `warn`, and asks `is_cancelled` before every batch:
/// where that is true it ends at once with [`TrainError::Cancelled`](super::TrainError), keeping its
/// last checkpoint. To save first, stop it through its [`Interrupter`](burn::train::Interrupter).
pub trait TrainingObserver: Progress + Send {
    /// What Burn reports its metrics to, once, before the first batch; by default nothing. A
    /// resumed training has `epochs_done` epochs behind it.
    fn renderer(&self, _epochs_done: usize) -> Option<Box<dyn MetricsRenderer>> {
        None
    }

    /// A batch is done.
    fn batch_done(&self, _batch: BatchDone) {}

    /// An epoch is done.
    fn epoch_done(&self, _epoch: EpochDone) {}

    /// The training has ended, with or without an error.
    fn ended(&self) {}
}

/// Watches nothing.
impl TrainingObserver for () {}
