//! What people see in their terminal while a command works.

mod bars;
mod dashboard;
mod display;
mod json_lines;
mod plain_lines;
pub mod signals;

use std::fmt;
use std::io::{self, Write};

pub use bars::{Bars, progress_bar};
pub use display::{NoTerminal, TrainingDisplay, UiChoice};

/// Writes a line on stderr. Unlike `eprintln!`, a closed stderr is not a panic: nobody listens, and
/// what is under way goes on.
pub fn tell(line: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Writes a warning on stderr, see [`tell`].
pub fn warn(text: impl fmt::Display) {
    tell(format_args!("warning: {text}"));
}
