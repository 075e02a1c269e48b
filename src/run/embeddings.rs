//! Test images by their penultimate features, projected to two dimensions.

use image::RgbImage;

use super::error::RunError;
use super::opened::OpenedRun;
use crate::data::Dataset;
use crate::embedding::{embeddings, principal_components, scatter, t_sne};

/// How features become two dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Projection {
    /// Principal component analysis.
    Pca,
    TSne,
}

/// A scatter plot of test images.
pub struct EmbeddingPlot {
    /// What is plotted, in a line.
    pub title: String,
    /// `pca` or `t-sne`.
    pub projection: &'static str,
    pub picture: RgbImage,
}

impl OpenedRun {
    /// Plots the first `images` test images of `dataset`, as dots or as thumbnails.
    ///
    /// # Errors
    /// There are fewer than four test images, one can no longer be read, or the device failed.
    pub fn plot_embeddings(
        &self,
        dataset: &Dataset,
        projection: Projection,
        images: usize,
        thumbnails: bool,
    ) -> Result<EmbeddingPlot, RunError> {
        let test = &dataset.test;
        if test.len() < 4 {
            return Err(RunError::TooFewToProject {
                dataset: dataset.name.clone(),
                images: test.len(),
            });
        }
        let features = embeddings(&self.network, test, images, &self.backend.device)?;
        let (components, shares) = principal_components(&features)?;
        let (projection, points, about) = match projection {
            Projection::Pca => {
                let [first, second] = shares.map(|share| 100.0 * share);
                let about = format!("{first:.1}% and {second:.1}% of the variance");
                ("pca", components, about)
            }
            Projection::TSne => {
                let about = "distances between groups mean little".into();
                ("t-sne", t_sne(&features, &components), about)
            }
        };
        let title = format!(
            "{} test images by what {} sees in them: {} features, {projection}, {about}",
            features.images, self.card.model, features.width
        );
        let picture = scatter(&title, &points, test, &dataset.classes, thumbnails)?;
        Ok(EmbeddingPlot {
            title,
            projection,
            picture,
        })
    }
}
