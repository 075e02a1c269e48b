//! What people see in their terminal while a command works.

mod bars;
mod dashboard;
mod display;
mod json_lines;
mod messages;
mod plain_lines;
pub mod signals;

pub use bars::{Bars, progress_bar};
pub use display::{NoTerminal, TrainingDisplay, UiChoice};
pub use messages::{tell, warn};
