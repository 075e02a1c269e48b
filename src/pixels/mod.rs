//! Images as grids of 8-bit values: their shape, colours and size, and the decoding of JPEG files.
//!
//! `color` builds on `shape`; the other files stand alone.

mod color;
pub mod jpeg;
mod resize;
mod shape;

pub use color::{ColorMode, from_planes, over_black, planes, to_color};
pub use resize::{Resize, to_size};
pub use shape::ImageShape;
