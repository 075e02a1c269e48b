//! Messages on stderr.

use std::fmt;
use std::io::{self, Write};

/// Writes a line on stderr. Unlike `eprintln!`, a closed stderr is not a panic: nobody listens, and
/// what is under way goes on.
pub fn tell(line: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Writes a warning on stderr, see [`tell`].
pub fn warn(text: impl fmt::Display) {
    tell(format_args!("warning: {text}"));
}
