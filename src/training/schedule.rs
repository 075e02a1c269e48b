//! The learning rate of each step, as a function of nothing but the step.
//!
//! Burn's schedulers keep a state that would have to be resumed; a function has none to lose.

use std::f64::consts::PI;

use crate::experiment::{ScheduleKind, TrainingConfig};

/// Learning rates of a whole run.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    kind: ScheduleKind,
    learning_rate: f64,
    factor: f64,
    epochs_per_step: usize,
    warmup_epochs: f64,
    epochs: usize,
    batches_per_epoch: usize,
}

impl Schedule {
    /// The schedule of `config` for epochs of `batches_per_epoch` steps.
    pub fn new(config: &TrainingConfig, batches_per_epoch: usize) -> Self {
        let default_factor = match config.schedule {
            ScheduleKind::Constant | ScheduleKind::Cosine => 0.0,
            ScheduleKind::Step => 0.1,
            ScheduleKind::Exponential => 0.95,
        };
        Self {
            kind: config.schedule,
            learning_rate: config.learning_rate,
            factor: config.schedule_factor.unwrap_or(default_factor),
            epochs_per_step: config.schedule_epochs,
            warmup_epochs: config.warmup_epochs,
            epochs: config.epochs,
            batches_per_epoch,
        }
    }

    /// The learning rate of batch `batch` (from 0) of epoch `epoch` (from 1).
    pub fn learning_rate(&self, epoch: usize, batch: usize) -> f64 {
        let whole_epochs = epoch - 1;
        let steps = (whole_epochs * self.batches_per_epoch + batch) as f64;
        let warmup = self.warmup_epochs * self.batches_per_epoch as f64;
        if steps < warmup {
            return self.learning_rate * (steps + 1.0) / warmup.max(1.0);
        }
        let scale = match self.kind {
            ScheduleKind::Constant => 1.0,
            ScheduleKind::Cosine => {
                let total = (self.epochs * self.batches_per_epoch) as f64 - warmup;
                let progress = ((steps - warmup) / total.max(1.0)).min(1.0);
                self.factor + (1.0 - self.factor) * 0.5 * (1.0 + (PI * progress).cos())
            }
            ScheduleKind::Step => self
                .factor
                .powi((whole_epochs / self.epochs_per_step) as i32),
            ScheduleKind::Exponential => self.factor.powi(whole_epochs as i32),
        };
        self.learning_rate * scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(kind: ScheduleKind, warmup_epochs: f64) -> Schedule {
        let config = TrainingConfig {
            schedule: kind,
            schedule_epochs: 2,
            schedule_factor: None,
            warmup_epochs,
            epochs: 10,
            learning_rate: 0.1,
            ..TrainingConfig::default()
        };
        Schedule::new(&config, 100)
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn cosine_falls_from_the_full_rate_to_zero() {
        let cosine = schedule(ScheduleKind::Cosine, 0.0);
        assert!(close(cosine.learning_rate(1, 0), 0.1));
        assert!(close(cosine.learning_rate(6, 0), 0.05));
        assert!(cosine.learning_rate(10, 99) < 1e-5);
    }

    #[test]
    fn step_and_exponential_change_between_epochs() {
        let step = schedule(ScheduleKind::Step, 0.0);
        assert!(close(step.learning_rate(2, 99), 0.1));
        assert!(close(step.learning_rate(3, 0), 0.01));
        let exponential = schedule(ScheduleKind::Exponential, 0.0);
        assert!(close(exponential.learning_rate(3, 50), 0.1 * 0.95 * 0.95));
    }

    #[test]
    fn warm_up_rises_linearly_to_the_full_rate() {
        let warm = schedule(ScheduleKind::Constant, 1.0);
        assert!(close(warm.learning_rate(1, 0), 0.001));
        assert!(close(warm.learning_rate(1, 49), 0.05));
        assert!(close(warm.learning_rate(2, 0), 0.1));
    }
}
