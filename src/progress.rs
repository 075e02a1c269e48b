//! Progress reports of long tasks, and their cancellation.
//!
//! Tasks take a `&dyn Progress` and never write to the terminal themselves: progress bars, JSON
//! events, a server and tests each implement [`Progress`].

/// Receives the progress of a long task. Every method does nothing by default, so `&()` ignores all
/// reports and never cancels.
///
/// A task may call the methods from several threads at once.
pub trait Progress: Sync {
    /// A stage begins; it has `total` units, if that is known.
    fn begin(&self, _stage: Stage, _total: Option<u64>) {}

    /// `units` more of the current stage are done.
    fn advance(&self, _units: u64) {}

    /// The current stage has ended, or another begins.
    fn end(&self) {}

    /// A message for the user.
    fn note(&self, _text: &str) {}

    /// A warning for the user.
    fn warn(&self, _text: &str) {}

    /// Whether the task should stop as soon as possible; it then returns an error that says so.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Ignores all reports.
impl Progress for () {}

/// A part of a long task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage<'a> {
    /// What is done, e.g. `reading`, `unpacking`.
    pub action: &'a str,
    /// What it is done to, e.g. the name of a file; may be empty.
    pub subject: &'a str,
    pub unit: Unit,
}

/// Unit of the progress in a [`Stage`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Images,
    Bytes,
}

impl<'a> Stage<'a> {
    /// A stage that counts images.
    pub const fn images(action: &'a str) -> Self {
        Self {
            action,
            subject: "",
            unit: Unit::Images,
        }
    }

    /// A stage that counts the bytes of `subject`.
    pub const fn bytes(action: &'a str, subject: &'a str) -> Self {
        Self {
            action,
            subject,
            unit: Unit::Bytes,
        }
    }
}

/// A running stage; it ends when this is dropped, also after an error.
pub struct Running<'a> {
    progress: &'a dyn Progress,
    done: u64,
}

impl<'a> Running<'a> {
    /// Begins `stage`.
    pub fn begin(progress: &'a dyn Progress, stage: Stage, total: Option<u64>) -> Self {
        progress.begin(stage, total);
        Self { progress, done: 0 }
    }

    /// `done` units are done since the stage began.
    pub fn advance_to(&mut self, done: u64) {
        self.progress.advance(done.saturating_sub(self.done));
        self.done = done;
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.progress.end();
    }
}
