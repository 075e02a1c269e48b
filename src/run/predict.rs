//! Classifying pictures.

use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;
use serde::Serialize;

use super::card::ModelCard;
use super::error::RunError;
use super::opened::OpenedRun;
use crate::data::ImageOptions;
use crate::data::decoding::decode;
use crate::evaluation::{batch_size, probabilities, ranking};
use crate::models::Network;
use crate::picture_files::{PictureInput, UnusableInput};

/// A network that classifies pictures.
pub struct Predictor {
    pub card: ModelCard,
    pub network: Network,
    pub device: Device,
}

/// How pictures are classified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PredictOptions {
    /// Most likely classes to name for each picture, 1 or more.
    pub top: usize,
    /// Whether to turn dark into light first.
    pub invert: bool,
}

/// A class with its probability.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassProbability {
    pub class: String,
    /// `0` to `1`
    pub probability: f32,
}

/// What became of one picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prediction {
    /// As given; where the name is not UTF-8, with U+FFFD for what cannot be written.
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f32>,
    /// The most likely classes, the likeliest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub top: Vec<ClassProbability>,
    /// Why it could not be classified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl OpenedRun {
    /// What classifies pictures with this run's network.
    pub fn into_predictor(self) -> Predictor {
        Predictor {
            card: self.card,
            network: self.network,
            device: self.backend.device,
        }
    }
}

impl Predictor {
    /// A prediction for each of `inputs`, in their order, as many at a time as suit the size of the
    /// network's images. One that cannot be used has its reason in place of a class.
    ///
    /// # Errors
    /// The device failed.
    pub fn predict(
        &self,
        inputs: &[PictureInput],
        options: PredictOptions,
    ) -> Result<Vec<Prediction>, RunError> {
        let mut predictions = Vec::with_capacity(inputs.len());
        for inputs in inputs.chunks(batch_size(self.card.input)) {
            predictions.extend(self.predict_batch(inputs, options)?);
        }
        Ok(predictions)
    }

    fn predict_batch(
        &self,
        inputs: &[PictureInput],
        options: PredictOptions,
    ) -> Result<Vec<Prediction>, RunError> {
        let image_options = ImageOptions {
            invert: options.invert,
            ..self.card.image_options()
        };
        let decoded: Vec<Result<Vec<u8>, String>> = (inputs.par_iter())
            .map(|input| match input {
                Ok(path) => decode(path, &image_options).map_err(|error| error.full_message()),
                Err(unusable) => Err(unusable.reason.clone()),
            })
            .collect();
        let images: Vec<&[u8]> = decoded.iter().flatten().map(Vec::as_slice).collect();
        let mut rows = self.probabilities(&images)?.into_iter();
        let predictions = inputs.iter().zip(decoded).map(|(input, decoded)| {
            let (top, error) = match decoded {
                Ok(_) => (
                    self.top(&rows.next().unwrap_or_default(), options.top),
                    None,
                ),
                Err(error) => (Vec::new(), Some(error)),
            };
            let (Ok(path) | Err(UnusableInput { path, .. })) = input;
            Prediction {
                path: path.to_string_lossy().into_owned(),
                class: top.first().map(|likeliest| likeliest.class.clone()),
                probability: top.first().map(|likeliest| likeliest.probability),
                top,
                error,
            }
        });
        Ok(predictions.collect())
    }

    /// The probability of each class, for each of `images`, `[channels, height, width]`.
    fn probabilities(&self, images: &[&[u8]]) -> Result<Vec<Vec<f32>>, RunError> {
        if images.is_empty() {
            return Ok(Vec::new());
        }
        let (input, tables) = (self.card.input, self.card.normalization.tables());
        let mut values = vec![0f32; images.len() * input.len()];
        for (pixels, values) in images.iter().zip(values.chunks_mut(input.len())) {
            tables.apply(pixels, values);
        }
        let dims = [images.len(), input.channels, input.height, input.width];
        let batch = Tensor::from_data(TensorData::new(values, dims), &self.device);
        Ok(probabilities(&self.network, batch)?)
    }

    fn top(&self, probabilities: &[f32], count: usize) -> Vec<ClassProbability> {
        (ranking(probabilities).into_iter().take(count))
            .map(|class| ClassProbability {
                class: self.card.classes[class].clone(),
                probability: probabilities[class],
            })
            .collect()
    }
}
