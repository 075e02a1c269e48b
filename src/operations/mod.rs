//! The operations of a convolutional network by hand, on a picture or on numbers: convolution
//! with a chosen kernel, max and average pooling, each value explained term by term.
//!
//! Reading order: [`Grid`] is what is worked on, [`Kernel`] what a convolution multiplies with,
//! [`Operation`] slides a window over the one, with the other.

mod error;
mod grid;
mod kernel;
mod operation;
mod picture;
mod read;

pub use error::OperationError;
pub use grid::Grid;
pub use kernel::{Kernel, short};
pub use operation::{Operation, Padding, Term, Terms, Window};
pub use picture::{Shown, before_and_after};
pub use read::{Input, read};

#[cfg(test)]
mod tests;
