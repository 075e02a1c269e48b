//! A run: its data, and what it leaves behind.

mod dataset;

pub use dataset::open_dataset;
