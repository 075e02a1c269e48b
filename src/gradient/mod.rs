//! The gradient of any objective with respect to the images that a network sees.
//!
//! [`InputGradient`] takes images in pixel space, `[batch, channels, height, width]` with values from
//! 0 to 1, and the model's normalisation is part of what it differentiates. The network is in
//! inference mode: batch norm uses its running statistics and dropout is off, so the images of a
//! batch do not depend on each other.

mod error;
mod input_gradient;
mod normalize;

pub use error::GradientError;
pub use input_gradient::{ImageGradient, InputGradient, LayerGradient, Outputs};

#[cfg(test)]
mod tests;
