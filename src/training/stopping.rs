//! When a training ends, and which of its epochs was the best.

use serde::{Deserialize, Serialize};

use super::history::EpochRecord;
use super::state::{Best, TrainingState};
use crate::data::Split;
use crate::experiment::{Metric, TrainingConfig};

/// Why a training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StoppedBy {
    /// All epochs are done.
    Epochs,
    /// `training.stop` was reached.
    Stop,
    /// `training.monitor` did not improve for `training.patience` epochs.
    Patience,
    /// The loss became infinite or not a number.
    NotFinite,
    /// A signal, or the dashboard's user.
    Interrupted,
}

/// The figure that decides which epoch is best: that of the training images where there are none
/// for validation.
pub fn monitor(config: &TrainingConfig, valid: &Split) -> Metric {
    match valid.is_empty() {
        true => config.monitor.on_training_images(),
        false => config.monitor,
    }
}

/// Takes note of a finished epoch: whether it is the best so far.
pub fn note_epoch(
    state: &mut TrainingState,
    record: &EpochRecord,
    monitor: Metric,
    min_delta: f64,
) -> bool {
    let Some(value) = record.metric(monitor) else {
        return false;
    };
    let counts = |reference: f64| monitor.improves(value, reference, min_delta);
    match state.reference.is_none_or(counts) {
        true => {
            state.reference = Some(value);
            state.epochs_without_improvement = 0;
        }
        false => state.epochs_without_improvement += 1,
    }
    let best = (state.best).is_none_or(|best| monitor.improves(value, best.value, 0.0));
    if best {
        state.best = Some(Best {
            epoch: record.epoch,
            value,
        });
    }
    best
}

/// Whether the training ends after `record`.
pub fn ended(
    config: &TrainingConfig,
    state: &TrainingState,
    record: &EpochRecord,
) -> Option<StoppedBy> {
    let reached = (config.stop).is_some_and(|stop| {
        record
            .metric(stop.metric)
            .is_some_and(|value| stop.reached(value))
    });
    let exhausted = (config.patience).is_some_and(|most| state.epochs_without_improvement >= most);
    match (reached, exhausted) {
        (true, _) => Some(StoppedBy::Stop),
        (_, true) => Some(StoppedBy::Patience),
        _ if record.epoch >= config.epochs => Some(StoppedBy::Epochs),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::StopRule;

    fn record(epoch: usize, valid_loss: f64) -> EpochRecord {
        EpochRecord {
            epoch,
            learning_rate: 0.1,
            train_loss: valid_loss,
            train_accuracy: 0.5,
            valid_loss: Some(valid_loss),
            valid_accuracy: Some(0.5),
            train_seconds: 1.0,
            images_per_second: 1.0,
        }
    }

    /// Runs through `losses` and tells after which epoch and why the training ended.
    fn run(config: &TrainingConfig, losses: &[f64]) -> (usize, Option<StoppedBy>, TrainingState) {
        let mut state = TrainingState::default();
        for (index, &loss) in losses.iter().enumerate() {
            let record = record(index + 1, loss);
            note_epoch(&mut state, &record, config.monitor, config.min_delta);
            if let Some(reason) = ended(config, &state, &record) {
                return (index + 1, Some(reason), state);
            }
        }
        (losses.len(), None, state)
    }

    #[test]
    fn the_call_back_stops_once_the_loss_is_low_enough() {
        let config = TrainingConfig {
            epochs: 10,
            stop: Some(StopRule {
                metric: Metric::TrainLoss,
                below: Some(0.29),
                above: None,
            }),
            ..TrainingConfig::default()
        };
        let (epoch, reason, _) = run(&config, &[0.5, 0.29, 0.28, 0.2]);
        assert_eq!((epoch, reason), (3, Some(StoppedBy::Stop)));
    }

    #[test]
    fn patience_counts_epochs_whose_improvement_is_too_small() {
        let config = TrainingConfig {
            epochs: 10,
            patience: Some(2),
            min_delta: 0.05,
            ..TrainingConfig::default()
        };
        let (epoch, reason, state) = run(&config, &[0.5, 0.4, 0.39, 0.38, 0.1]);
        assert_eq!((epoch, reason), (4, Some(StoppedBy::Patience)));
        assert_eq!(state.best.map(|best| best.epoch), Some(4));
    }

    #[test]
    fn all_epochs_end_a_training_and_the_best_of_them_is_known() {
        let config = TrainingConfig {
            epochs: 3,
            ..TrainingConfig::default()
        };
        let (epoch, reason, state) = run(&config, &[0.5, 0.3, 0.4, 0.2]);
        assert_eq!((epoch, reason), (3, Some(StoppedBy::Epochs)));
        assert_eq!(state.best.map(|best| best.epoch), Some(2));
    }
}
