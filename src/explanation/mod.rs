//! Which pixels speak for a class: importance maps, and how faithful they are to the network.
//!
//! [`Explainer`] holds a network. Each [`Method`] gives every pixel an importance;
//! [`DeletionInsertion`] measures whether removing the most important pixels hurts the class, which
//! must be clearer than for the random orders of a [`RandomBaseline`].

mod deletion_insertion;
mod explainer;
mod grad_cam;
mod importance;
mod integrated_gradients;
mod occlusion;
mod overlay;
mod saliency;

pub use deletion_insertion::{DeletionInsertion, RandomBaseline};
pub use explainer::Explainer;
pub use importance::{Importance, Method};
pub use overlay::{overlay, overview};

#[cfg(test)]
mod tests;
