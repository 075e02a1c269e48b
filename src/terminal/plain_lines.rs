//! A training as one line per epoch on stderr, with a bar in a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::messages::{tell, warn};
use crate::progress::Progress;
use crate::training::{BatchDone, EpochDone, TrainingObserver};

pub struct PlainLines {
    bar: ProgressBar,
}

impl Default for PlainLines {
    fn default() -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        let template = "epoch {msg} {bar:30} {pos}/{len} images, {per_sec}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar }
    }
}

impl Progress for PlainLines {
    fn note(&self, text: &str) {
        self.bar.suspend(|| tell(text));
    }

    fn warn(&self, text: &str) {
        self.bar.suspend(|| warn(text));
    }
}

impl TrainingObserver for PlainLines {
    fn batch_done(&self, batch: BatchDone) {
        let (images, length) = (batch.images as u64, batch.images_per_epoch as u64);
        if self.bar.length() != Some(length) {
            self.bar.set_length(length);
        }
        if self.bar.position() > images {
            self.bar.reset();
        }
        self.bar
            .set_message(format!("{}/{}", batch.epoch, batch.epochs));
        self.bar.set_position(images);
    }

    fn epoch_done(&self, epoch: EpochDone) {
        self.bar.suspend(|| tell(line(&epoch)));
    }

    fn ended(&self) {
        self.bar.finish_and_clear();
    }
}

fn line(epoch: &EpochDone) -> String {
    let EpochDone {
        record,
        epochs,
        best,
    } = epoch;
    let width = epochs.to_string().len();
    let valid = match record.valid() {
        Some(valid) => format!(
            "  valid loss {:.4} accuracy {:.2}%",
            valid.loss,
            100.0 * valid.accuracy
        ),
        None => String::new(),
    };
    format!(
        "epoch {:>width$}/{epochs}  train loss {:.4} accuracy {:.2}%{valid}  lr {:.2e}  {:.0} images/s{}",
        record.epoch,
        record.train_loss,
        100.0 * record.train_accuracy,
        record.learning_rate,
        record.images_per_second,
        match best {
            Some(monitor) => format!("  best {}", monitor.name()),
            None => String::new(),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::line;
    use crate::experiment::Metric;
    use crate::training::{EpochDone, EpochRecord};

    #[test]
    fn a_line_names_the_epoch_its_figures_and_whether_it_is_the_best() {
        let mut record = EpochRecord {
            epoch: 3,
            learning_rate: 0.001,
            train_loss: 0.5,
            train_accuracy: 0.75,
            valid_loss: Some(0.25),
            valid_accuracy: Some(0.5),
            train_seconds: 2.0,
            images_per_second: 150.0,
        };
        let done = |record: &EpochRecord, best| {
            line(&EpochDone {
                record,
                epochs: 10,
                best,
            })
        };
        assert_eq!(
            done(&record, Some(Metric::ValidLoss)),
            "epoch  3/10  train loss 0.5000 accuracy 75.00%  valid loss 0.2500 accuracy 50.00%  lr 1.00e-3  150 images/s  best valid_loss"
        );
        record.valid_loss = None;
        assert_eq!(
            done(&record, None),
            "epoch  3/10  train loss 0.5000 accuracy 75.00%  lr 1.00e-3  150 images/s"
        );
    }
}
