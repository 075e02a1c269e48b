//! Watching without showing.

use crate::progress::Progress;
use crate::terminal::signals;

/// Shows nothing, and cancels when a signal arrives.
pub struct UntilSignal;

impl Progress for UntilSignal {
    fn is_cancelled(&self) -> bool {
        signals::received()
    }
}
