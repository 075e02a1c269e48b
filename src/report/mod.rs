//! A page about one run, or a comparison of several: one HTML file that needs no network.
//!
//! `gather` collects what the page about the run in [`Sources`] says ([`content`]), a file for each
//! section; `render` fills the templates with it; [`messages`] holds the texts of each language.

mod activations;
mod charts;
mod checks;
mod compare;
mod confusion;
pub mod content;
mod error;
mod examples;
mod explained;
mod gather;
mod html;
pub mod messages;
mod pictures;
mod render;
mod sources;
mod svg;
mod write;

pub use compare::Tested;
pub use error::ReportError;
pub use messages::Language;
pub use sources::Sources;
pub use write::{WrittenPage, write_comparison, write_page};

#[cfg(test)]
mod tests;
