//! Batches of images on a device.
//!
//! In order: `image_batch`, `loader`.

mod image_batch;
mod loader;

pub use image_batch::{ImageBatch, MixedTargets};
pub use loader::{BatchLoader, Order, Position};
