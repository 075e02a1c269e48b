//! Which pixels speak for a class: maps of importance, and a check of what they are worth.
//!
//! [`Explainer`] holds a network ready for gradients of its input. Each [`Method`] gives an
//! importance to every pixel; [`Faithfulness`] tells whether taking away what a map calls important
//! hurts the class more than taking away anything.

mod faithfulness;
mod gradient;
mod occlusion;
mod picture;

use std::fmt;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData, activation};

use crate::data::{Normalization, Tables};
use crate::inspection::{InspectionError, read};
use crate::models::Network;
use crate::pixels::ImageShape;

pub use faithfulness::{Curves, Faithfulness};
pub use picture::{overlay, overview};

/// Images per pass.
const BATCH: usize = 32;

/// How importance is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Maps of the last convolution, weighted by the mean gradient of the class score and kept
    /// where positive (Selvaraju et al. 2017, arXiv 1610.02391).
    GradCam,
    /// Largest absolute gradient of the class score over the channels of a pixel (Simonyan et al.
    /// 2014, arXiv 1312.6034).
    Saliency,
    /// Gradients summed on the straight way from a black image to this one; the importances add up
    /// to what the image adds to the score (Sundararajan et al. 2017, arXiv 1703.01365).
    IntegratedGradients,
    /// How far the score falls where a black square covers the image (Zeiler and Fergus 2014, arXiv
    /// 1311.2901).
    Occlusion,
}

impl Method {
    pub const ALL: [Method; 4] = [
        Method::GradCam,
        Method::Saliency,
        Method::IntegratedGradients,
        Method::Occlusion,
    ];
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Method::GradCam => "Grad-CAM",
            Method::Saliency => "saliency",
            Method::IntegratedGradients => "integrated gradients",
            Method::Occlusion => "occlusion",
        })
    }
}

/// The importance of every pixel for one class, `[height, width]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Importance {
    pub method: Method,
    pub values: Vec<f32>,
    /// For integrated gradients, how far the sum of all importances is from what it should be, as a
    /// share of it.
    pub incompleteness: Option<f64>,
}

impl Importance {
    /// Whether all pixels are equally important: the map says nothing.
    pub fn is_empty(&self) -> bool {
        self.values.windows(2).all(|pair| pair[0] == pair[1])
    }
}

/// A network ready to be explained.
pub struct Explainer {
    network: Network,
    /// The same, on a device that keeps the way back.
    tracked: Network,
    device: Device,
    input: ImageShape,
    /// How pixel values become the network's.
    tables: Tables,
}

impl Explainer {
    /// Prepares `network`, which takes images of `input` with values by `normalization`.
    pub fn new(
        network: &Network,
        input: ImageShape,
        normalization: &Normalization,
        device: &Device,
    ) -> Self {
        let tracking = device.clone().autodiff();
        Self {
            network: network.clone(),
            tracked: network.clone().train().fork(&tracking).freeze(),
            device: device.clone(),
            input,
            tables: normalization.tables(),
        }
    }

    /// The importance of each pixel of an image for `class`; `None` where the network lacks what the
    /// method looks at.
    ///
    /// `pixels`: `[channels, height, width]`
    ///
    /// # Errors
    /// The device failed.
    pub fn importance(
        &self,
        method: Method,
        pixels: &[u8],
        class: usize,
    ) -> Result<Option<Importance>, InspectionError> {
        let image = self.values(pixels);
        let (values, incompleteness) = match method {
            Method::GradCam => match self.grad_cam(&image, class)? {
                Some(values) => (values, None),
                None => return Ok(None),
            },
            Method::Saliency => (self.saliency(&image, class)?, None),
            Method::IntegratedGradients => {
                let (values, incompleteness) = self.integrated_gradients(&image, class)?;
                (values, Some(incompleteness))
            }
            Method::Occlusion => (self.occlusion(&image, class)?, None),
        };
        Ok(Some(Importance {
            method,
            values,
            incompleteness,
        }))
    }

    /// The probability of each class for an image.
    ///
    /// `pixels`: `[channels, height, width]`
    ///
    /// # Errors
    /// The device failed, or the network does not answer with numbers.
    pub fn probabilities(&self, pixels: &[u8]) -> Result<Vec<f32>, InspectionError> {
        let logits = self.network.forward(self.tensor(vec![self.values(pixels)]));
        let probabilities = read(activation::softmax(logits, 1))?;
        match probabilities.iter().all(|share| share.is_finite()) {
            true => Ok(probabilities),
            false => Err(InspectionError::NotFinite),
        }
    }

    /// What the network sees of an image.
    fn values(&self, pixels: &[u8]) -> Vec<f32> {
        let mut values = vec![0.0; pixels.len()];
        self.tables.apply(pixels, &mut values);
        values
    }

    /// What the network sees of a black image.
    fn black(&self) -> Vec<f32> {
        self.values(&vec![0; self.input.len()])
    }

    /// `[images, channels, height, width]`
    fn tensor(&self, images: Vec<Vec<f32>>) -> Tensor<4> {
        let ImageShape {
            channels,
            height,
            width,
        } = self.input;
        let shape = [images.len(), channels, height, width];
        Tensor::from_data(TensorData::new(images.concat(), shape), &self.device)
    }

    /// The score of `class` before softmax, or its probability, for each image.
    fn scores(
        &self,
        images: impl IntoIterator<Item = Vec<f32>>,
        class: usize,
        probability: bool,
    ) -> Result<Vec<f32>, InspectionError> {
        let mut images = images.into_iter().peekable();
        let mut scores = Vec::new();
        while images.peek().is_some() {
            let batch: Vec<Vec<f32>> = images.by_ref().take(BATCH).collect();
            let mut logits = self.network.forward(self.tensor(batch));
            if probability {
                logits = activation::softmax(logits, 1);
            }
            scores.extend(read(logits.narrow(1, class, 1))?);
        }
        Ok(scores)
    }
}

#[cfg(test)]
mod tests;
