use std::path::Path;

use anyhow::{Result, bail};

use super::Opened;
use crate::cli::Projection;
use crate::commands::{DONE, print};
use crate::embedding::{embeddings, principal_components, scatter, t_sne};

impl Opened {
    /// Draws test images where their features lie, projected to two dimensions.
    pub(super) fn embeddings(
        &self,
        projection: Projection,
        images: usize,
        thumbnails: bool,
        data_dir: Option<&Path>,
    ) -> Result<u8> {
        let dataset = self.dataset(data_dir)?;
        let test = &dataset.test;
        if test.len() < 4 {
            bail!(
                "{} has {} test images; a projection needs at least 4",
                dataset.name,
                test.len()
            );
        }
        let features = embeddings(&self.network, test, images, &self.backend.device)?;
        let (components, shares) = principal_components(&features)?;
        let (name, points, about) = match projection {
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
            "{} test images by what {} sees in them: {} features, {name}, {about}",
            features.images, self.card.model, features.width
        );
        print(&title)?;
        let picture = scatter(&title, &points, test, &dataset.classes, thumbnails)?;
        self.keep(&format!("embeddings-{name}"), &picture)?;
        Ok(DONE)
    }
}
