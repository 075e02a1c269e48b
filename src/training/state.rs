//! Where a training stands between two steps.

use serde::{Deserialize, Serialize};

use super::history::EpochRecord;
use super::tally::Sums;

/// Where a training stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingState {
    /// The epoch under way, from 1; one more than the last when all are done.
    pub epoch: usize,
    /// Batches of it that are done.
    pub batch: usize,
    /// Of loss and correct predictions over those batches.
    pub sums: Sums,
    /// Seconds spent on those batches.
    pub epoch_seconds: f64,
    /// Seconds spent on the whole run, over all sessions.
    pub seconds: f64,
    pub history: Vec<EpochRecord>,
    pub best: Option<Best>,
    /// Epochs since the monitored metric last improved by more than `training.min_delta`.
    pub epochs_without_improvement: usize,
    /// The monitored metric at that improvement.
    pub reference: Option<f64>,
}

/// The best epoch, whose weights are kept, and its value of the monitored metric.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Best {
    pub epoch: usize,
    pub value: f64,
}

impl Default for TrainingState {
    fn default() -> Self {
        Self {
            epoch: 1,
            batch: 0,
            sums: Sums::default(),
            epoch_seconds: 0.0,
            seconds: 0.0,
            history: Vec::new(),
            best: None,
            epochs_without_improvement: 0,
            reference: None,
        }
    }
}
