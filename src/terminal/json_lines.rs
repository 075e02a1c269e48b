//! A training as one JSON object per epoch on stdout.

use std::io::{Write, stdout};

use super::messages::{tell, warn};
use crate::progress::Progress;
use crate::training::{EpochDone, TrainingObserver};

pub struct JsonLines;

impl Progress for JsonLines {
    fn note(&self, text: &str) {
        tell(text);
    }

    fn warn(&self, text: &str) {
        warn(text);
    }
}

impl TrainingObserver for JsonLines {
    fn epoch_done(&self, epoch: EpochDone) {
        // A reader that has gone away does not end the training.
        if let Ok(text) = serde_json::to_string(epoch.record) {
            let _ = writeln!(stdout(), "{text}");
        }
    }
}
