//! Images placed in a plane by the features that a network computes of them, by PCA or t-SNE.

mod embeddings;
mod pca;
mod points;
mod scatter;
mod t_sne;

pub use embeddings::{Embeddings, embeddings};
pub use pca::principal_components;
pub use points::Points;
pub use scatter::scatter;
pub use t_sne::t_sne;

#[cfg(test)]
mod tests;
