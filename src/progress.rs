//! What a long task tells whoever watches it, and what it asks.
//!
//! Tasks take a `&dyn Progress` and never write to the terminal themselves: bars, JSON events, a
//! server and tests each watch in their own way.

/// Watches a long task. Every method does nothing unless it is overridden, so that `&()` watches
/// nothing and never cancels.
///
/// A task may call from several threads at once.
pub trait Progress: Sync {
    /// A stage begins; it has `total` units, where that is known.
    fn begin(&self, _stage: Stage, _total: Option<u64>) {}

    /// `units` more of the current stage are done.
    fn advance(&self, _units: u64) {}

    /// The current stage has ended, or another begins.
    fn end(&self) {}

    /// Something worth a line of its own.
    fn note(&self, _text: &str) {}

    /// Something that the user may want to change.
    fn warn(&self, _text: &str) {}

    /// Whether the task is to stop as soon as it can; it then returns an error that says so.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Watches nothing.
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

/// What a [`Stage`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Images,
    Bytes,
}

impl<'a> Stage<'a> {
    /// A stage that goes through images.
    pub const fn images(action: &'a str) -> Self {
        Self {
            action,
            subject: "",
            unit: Unit::Images,
        }
    }

    /// A stage that goes through the bytes of `subject`.
    pub const fn bytes(action: &'a str, subject: &'a str) -> Self {
        Self {
            action,
            subject,
            unit: Unit::Bytes,
        }
    }
}

/// A stage that has begun; it ends when this is dropped, so on an error as well.
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

    /// `done` units are done, counted from the stage's begin.
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
