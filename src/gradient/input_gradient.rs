use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::error::GradientError;
use super::normalize::normalize;
use crate::data::Normalization;
use crate::models::{Features, Network, forward};

/// Gradients of objectives with respect to the images of a network, or to the output of one of its
/// layers.
///
/// An objective is a closure that returns one value per image, `[batch]`. The values are summed before
/// the sum is differentiated; images do not depend on each other, so each image gets the gradient
/// of its own value.
pub struct InputGradient {
    network: Network,
    /// The same weights, frozen, on a device that records operations for the backward pass.
    recording: Network,
    normalization: Normalization,
}

/// What an objective is computed from; gradients lead from here back to the images.
pub struct Outputs {
    /// The images in pixel space, `[batch, channels, height, width]`, values from 0 to 1.
    pub images: Tensor<4>,
    /// The output of the layer asked for. Of the last layer it becomes the logits by
    /// [`Features::flatten`].
    pub features: Features,
}

/// The value of an objective for each image and its gradient.
pub struct ImageGradient {
    /// What the objective returned, `[batch]`.
    pub values: Tensor<1>,
    /// `[batch, channels, height, width]`, change of the objective per change of a pixel whose values
    /// go from 0 to 1.
    pub gradient: Tensor<4>,
}

/// The output of a layer and the gradient of an objective with respect to it.
pub struct LayerGradient {
    pub output: Features,
    /// Of the shape of `output`.
    pub gradient: Features,
}

impl InputGradient {
    /// Prepares a network, which lies on `device`, a device without autodiff. `normalization` is
    /// applied to images before the network sees them;
    /// [`Normalization::none`] makes the network's own input values the images.
    pub fn new(network: &Network, normalization: &Normalization, device: &Device) -> Self {
        let recording = device.clone().autodiff();
        Self {
            network: network.clone(),
            recording: network.clone().train().fork(&recording).freeze(),
            normalization: normalization.clone(),
        }
    }

    /// The network, on a device without autodiff.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Logits without any gradient.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, height, width]`, values from 0 to 1
    /// - output: `[batch, classes]`
    pub fn logits(&self, images: Tensor<4>) -> Tensor<2> {
        self.network.forward(normalize(images, &self.normalization))
    }

    /// The gradient of an objective over the logits with respect to the images.
    ///
    /// `images`: `[batch, channels, height, width]`, values from 0 to 1
    ///
    /// # Errors
    /// [`GradientError::Independent`]
    pub fn of_logits(
        &self,
        images: Tensor<4>,
        objective: impl FnOnce(Outputs) -> Tensor<1>,
    ) -> Result<ImageGradient, GradientError> {
        self.of_first_layers(self.recording.layers().len(), images, objective)
    }

    /// The gradient of an objective over the output of `layer` with respect to the images. Later
    /// layers are not run.
    ///
    /// `images`: `[batch, channels, height, width]`, values from 0 to 1
    ///
    /// # Errors
    /// There is no such layer, or [`GradientError::Independent`].
    pub fn of_layer(
        &self,
        layer: &str,
        images: Tensor<4>,
        objective: impl FnOnce(Outputs) -> Tensor<1>,
    ) -> Result<ImageGradient, GradientError> {
        self.of_first_layers(self.layers_up_to(layer)?, images, objective)
    }

    /// The gradient of an objective over the logits, `[batch, classes]`, with respect to the output of
    /// `layer`. Earlier layers record nothing.
    ///
    /// `images`: `[batch, channels, height, width]`, values from 0 to 1
    ///
    /// # Errors
    /// There is no such layer, or [`GradientError::Independent`].
    pub fn at_layer(
        &self,
        layer: &str,
        images: Tensor<4>,
        objective: impl FnOnce(Tensor<2>) -> Tensor<1>,
    ) -> Result<LayerGradient, GradientError> {
        let count = self.layers_up_to(layer)?;
        let input = Features::Maps(normalize(images, &self.normalization));
        let output = forward(&self.network.layers()[..count], input);
        let later = |output| forward(&self.recording.layers()[count..], output).flatten();
        let independent = || GradientError::Independent("the layer");
        let gradient = match output.clone() {
            Features::Maps(maps) => {
                let maps = maps.autodiff().require_grad();
                let values = objective(later(Features::Maps(maps.clone())));
                backward(values, &maps).map(Features::Maps)
            }
            Features::Vector(vector) => {
                let vector = vector.autodiff().require_grad();
                let values = objective(later(Features::Vector(vector.clone())));
                backward(values, &vector).map(Features::Vector)
            }
        };
        Ok(LayerGradient {
            output,
            gradient: gradient.ok_or_else(independent)?,
        })
    }

    fn of_first_layers(
        &self,
        count: usize,
        images: Tensor<4>,
        objective: impl FnOnce(Outputs) -> Tensor<1>,
    ) -> Result<ImageGradient, GradientError> {
        let images = images.autodiff().require_grad();
        let input = Features::Maps(normalize(images.clone(), &self.normalization));
        let values = objective(Outputs {
            images: images.clone(),
            features: forward(&self.recording.layers()[..count], input),
        });
        let gradient = backward(values.clone(), &images);
        Ok(ImageGradient {
            gradient: gradient.ok_or(GradientError::Independent("the images"))?,
            values: values.without_autodiff(),
        })
    }

    /// The number of layers from the first to `layer`.
    fn layers_up_to(&self, layer: &str) -> Result<usize, GradientError> {
        let layers = self.network.layers();
        let position = layers.iter().position(|(name, _)| *name == layer);
        position.map(|at| at + 1).ok_or_else(|| {
            let names = layers.iter().map(|(name, _)| name.to_string());
            GradientError::NoLayer {
                name: layer.into(),
                layers: names.collect(),
            }
        })
    }
}

/// The gradient of the sum of `values` with respect to `inputs`, `None` where they do not depend on
/// them.
fn backward<const D: usize>(values: Tensor<1>, inputs: &Tensor<D>) -> Option<Tensor<D>> {
    match values.device().is_autodiff() {
        true => inputs.grad(&values.sum().backward()),
        false => None,
    }
}
