//! Published photographs in archives.
//!
//! In order: `lists`, `layout`, `dataset`.

mod dataset;
mod layout;
mod lists;

pub use dataset::Photographs;
pub use layout::ArchiveLayout;
