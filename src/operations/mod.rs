//! Worked examples of a convolutional network's operations, on an image or on numbers: convolution
//! with a chosen kernel, max and average pooling, each value explained term by term.
//!
//! Reading order: a [`Grid`] holds the input, a [`Kernel`] the weights of a convolution, and a
//! [`SlidingOperation`] computes the output.

mod apply;
mod error;
mod explain;
mod grid;
mod input;
mod kernel;
mod numbers;
mod picture;
mod sliding;

pub use error::OperationError;
pub use explain::{ExplainedValue, Term};
pub use grid::{Grid, short};
pub use input::{Input, read};
pub use kernel::Kernel;
pub use picture::{Shown, before_and_after};
pub use sliding::{OperationKind, PaddingMode, SlidingOperation};

#[cfg(test)]
mod tests;
