//! Progress bars on stderr.

use std::io::{IsTerminal, stderr};
use std::sync::{Mutex, MutexGuard};

use indicatif::{ProgressBar, ProgressStyle};

use super::messages::tell;
use crate::progress::{Progress, Stage, Unit};
use crate::sync::lock;
use crate::training::TrainingObserver;

/// Watches a task with a bar on stderr, and lines for what is worth one.
#[derive(Default)]
pub struct Bars {
    current: Mutex<Option<ProgressBar>>,
    cancelled: Option<fn() -> bool>,
}

impl Bars {
    /// Bars of a task that stops when `cancelled` says so.
    pub fn cancelled_by(cancelled: fn() -> bool) -> Self {
        Self {
            current: Mutex::default(),
            cancelled: Some(cancelled),
        }
    }

    fn current(&self) -> MutexGuard<'_, Option<ProgressBar>> {
        lock(&self.current)
    }

    /// Writes a line above the bar.
    fn line(&self, text: &str) {
        match &*self.current() {
            Some(bar) => bar.suspend(|| tell(text)),
            None => tell(text),
        }
    }
}

impl Progress for Bars {
    fn begin(&self, stage: Stage, total: Option<u64>) {
        let Stage {
            action, subject, ..
        } = stage;
        let what = format!("{action} {subject}");
        let bar = progress_bar(match stage.unit {
            Unit::Images => "{msg} {pos}/{len} images {bar:30} {eta} left",
            Unit::Bytes => "{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left",
        });
        match total {
            Some(total) => bar.set_length(total),
            None => bar.unset_length(),
        }
        bar.set_message(what.trim().to_owned());
        *self.current() = Some(bar);
    }

    fn advance(&self, units: u64) {
        if let Some(bar) = &*self.current() {
            bar.inc(units);
        }
    }

    fn end(&self) {
        if let Some(bar) = self.current().take() {
            bar.finish_and_clear();
        }
    }

    fn note(&self, text: &str) {
        self.line(text);
    }

    fn warn(&self, text: &str) {
        self.line(&format!("warning: {text}"));
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.is_some_and(|cancelled| cancelled())
    }
}

/// Shows nothing of a training but notes and warnings.
impl TrainingObserver for Bars {}

/// A bar on stderr, in indicatif's template language; hidden off a terminal.
pub fn progress_bar(template: &str) -> ProgressBar {
    if !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(template);
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
