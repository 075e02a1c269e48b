//! What people see in their terminal while a command works.

mod bars;

use std::fmt::Display;
use std::io::{self, Write};

pub use bars::{Bars, progress_bar};

/// Writes a line on stderr. Unlike `eprintln!`, a closed stderr is not a panic: nobody listens, and
/// what is under way goes on.
pub fn tell(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}
