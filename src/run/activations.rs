//! What each layer of a run's network makes of images.

use super::error::RunError;
use super::opened::OpenedRun;
use crate::data::Dataset;
use crate::inspection::{
    Activations, LayerStatistics, NamedImage, TopActivations, activation_statistics,
    top_activations,
};

/// Test images over which filters are judged, at most.
const SAMPLE: usize = 1000;

impl OpenedRun {
    /// The output of every layer for each of `images`.
    ///
    /// # Errors
    /// The device failed.
    pub fn activations(&self, images: Vec<NamedImage>) -> Result<Vec<Activations>, RunError> {
        let of_image = |image| {
            let (input, normalization) = (self.card.input, &self.card.normalization);
            let device = &self.backend.device;
            let activations = Activations::new(&self.network, image, input, normalization, device)?;
            Ok(activations)
        };
        images.into_iter().map(of_image).collect()
    }

    /// Statistics of every layer over test images, and how many images those are.
    ///
    /// # Errors
    /// An image can no longer be read, or the device failed.
    pub fn activation_statistics(
        &self,
        dataset: &Dataset,
    ) -> Result<(Vec<LayerStatistics>, usize), RunError> {
        let (test, device) = (&dataset.test, &self.backend.device);
        let statistics = activation_statistics(&self.network, test, SAMPLE, device)?;
        Ok((statistics, test.len().min(SAMPLE)))
    }

    /// For the filters of each convolution, the test images that activate them most.
    ///
    /// # Errors
    /// An image can no longer be read, or the device failed.
    pub fn top_activations(&self, dataset: &Dataset) -> Result<Vec<TopActivations>, RunError> {
        let (test, device) = (&dataset.test, &self.backend.device);
        Ok(top_activations(&self.network, test, SAMPLE, device)?)
    }
}
