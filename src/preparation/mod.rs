//! Image preparation: the steps of `[preprocess]`, which every image goes through before it is
//! brought to the network's colours and size, in training and at prediction alike.
//!
//! An operation works on an 8-bit picture, grey or coloured, and the next step works on its result. A
//! step may keep its result under a name, and a later one may start from it; `original` is the picture
//! as it was read. All of these stay aligned, because an operation that changes the geometry
//! (`resize`, `bounding-crop`) changes all of them. A mask is a grey picture in which every pixel that
//! is not black is inside; where an operation needs grey and the picture is coloured, its luma
//! (Rec. 709) is used.
//!
//! Every picture of at least one pixel can be prepared, and always gives the same result.
//!
//! A new operation is a file in `operations/`, which implements `Transform`, and a line in the
//! registry there.

mod picture;
mod pictures;
mod setting;
mod transform;

mod color;
mod components;
mod filter;
mod levels;

pub mod operations;

mod step;

mod check;

mod pipeline;

mod strip;

pub use check::StepError;
pub use components::Neighbours;
pub use operations::normalize::Normalize;
pub use operations::{OPERATIONS, Operation};
pub use picture::Picture;
pub use pictures::ORIGINAL;
pub use pipeline::Pipeline;
pub use step::Step;
pub use strip::strip;

#[cfg(test)]
mod tests;
