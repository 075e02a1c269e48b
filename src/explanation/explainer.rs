use burn::tensor::{Device, Tensor, TensorData, activation};

use crate::data::{Normalization, Tables};
use crate::gradient::{InputGradient, Outputs};
use crate::inspection::{InspectionError, to_vec};
use crate::models::Network;
use crate::pixels::ImageShape;

/// Images per forward pass.
pub(super) const BATCH: usize = 32;

/// A network whose predictions are to be explained.
pub struct Explainer {
    /// Of the values the network sees, not of pixels. In pixel space per-image normalisation would
    /// make all images between black and an image the same, and integrated gradients meaningless.
    pub(super) gradient: InputGradient,
    pub(super) input: ImageShape,
    tables: Tables,
    device: Device,
}

impl Explainer {
    /// Prepares `network`, which takes images of the shape `input`, normalised by `normalization`.
    pub fn new(
        network: &Network,
        input: ImageShape,
        normalization: &Normalization,
        device: &Device,
    ) -> Self {
        Self {
            gradient: InputGradient::new(network, &Normalization::none(), device),
            input,
            tables: normalization.tables(),
            device: device.clone(),
        }
    }

    /// The probability of each class for an image.
    ///
    /// `pixels`: `[channels, height, width]`
    ///
    /// # Errors
    /// The device failed, or a probability is not finite.
    pub fn probabilities(&self, pixels: &[u8]) -> Result<Vec<f32>, InspectionError> {
        let image = self.tensor(vec![self.normalized(pixels)]);
        let probabilities = to_vec(activation::softmax(self.gradient.logits(image), 1))?;
        match probabilities.iter().all(|share| share.is_finite()) {
            true => Ok(probabilities),
            false => Err(InspectionError::NotFinite),
        }
    }

    /// The values the network sees of an image, `[channels, height, width]`.
    pub(super) fn normalized(&self, pixels: &[u8]) -> Vec<f32> {
        let mut values = vec![0.0; pixels.len()];
        self.tables.apply(pixels, &mut values);
        values
    }

    /// The values the network sees of a black image, the baseline of all methods.
    pub(super) fn baseline(&self) -> Vec<f32> {
        self.normalized(&vec![0; self.input.len()])
    }

    /// Normalised images as one batch, `[batch, channels, height, width]`.
    pub(super) fn tensor(&self, images: Vec<Vec<f32>>) -> Tensor<4> {
        let ImageShape {
            channels,
            height,
            width,
        } = self.input;
        let shape = [images.len(), channels, height, width];
        Tensor::from_data(TensorData::new(images.concat(), shape), &self.device)
    }

    /// The logit of `class` for each normalised image.
    pub(super) fn class_logits(
        &self,
        images: impl IntoIterator<Item = Vec<f32>>,
        class: usize,
    ) -> Result<Vec<f32>, InspectionError> {
        self.class_outputs(images, |logits| logits.narrow(1, class, 1))
    }

    /// The probability of `class` for each normalised image.
    pub(super) fn class_probabilities(
        &self,
        images: impl IntoIterator<Item = Vec<f32>>,
        class: usize,
    ) -> Result<Vec<f32>, InspectionError> {
        self.class_outputs(images, |logits| {
            activation::softmax(logits, 1).narrow(1, class, 1)
        })
    }

    fn class_outputs(
        &self,
        images: impl IntoIterator<Item = Vec<f32>>,
        output: impl Fn(Tensor<2>) -> Tensor<2>,
    ) -> Result<Vec<f32>, InspectionError> {
        let mut images = images.into_iter().peekable();
        let mut outputs = Vec::new();
        while images.peek().is_some() {
            let batch: Vec<Vec<f32>> = images.by_ref().take(BATCH).collect();
            outputs.extend(to_vec(output(self.gradient.logits(self.tensor(batch))))?);
        }
        Ok(outputs)
    }

    /// The gradient of the logit of `class` with respect to each normalised image,
    /// `[batch, channels, height, width]`.
    pub(super) fn class_gradient(
        &self,
        images: Vec<Vec<f32>>,
        class: usize,
    ) -> Result<Tensor<4>, InspectionError> {
        let objective = |outputs: Outputs| logit(outputs.features.flatten(), class);
        let found = self.gradient.of_logits(self.tensor(images), objective)?;
        Ok(found.gradient)
    }
}

/// The logit of `class` of each image, `[batch]`.
pub(super) fn logit(logits: Tensor<2>, class: usize) -> Tensor<1> {
    logits.narrow(1, class, 1).squeeze_dim(1)
}
