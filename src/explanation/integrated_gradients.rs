//! Importance from gradients.

use burn::tensor::Tensor;
use image::imageops::{FilterType, resize};
use image::{ImageBuffer, Luma};

use super::{BATCH, Explainer};
use crate::inspection::{InspectionError, read};
use crate::models::{Features, Layer, forward};

/// Steps of the integral at first, and at most: they double until the sum fits.
const STEPS: usize = 64;
const MOST_STEPS: usize = 1024;
/// The share of its due by which the sum of integrated gradients may miss.
const TOLERANCE: f64 = 0.005;

/// Grad-CAM as small as the maps of the last convolution.
pub(super) struct ActivationMap {
    /// `[height, width]`
    pub values: Vec<f32>,
    pub height: usize,
    pub width: usize,
}

impl Explainer {
    /// Grad-CAM at the size of the image, `[height, width]`; `None` without a convolution.
    pub(super) fn grad_cam(
        &self,
        image: &[f32],
        class: usize,
    ) -> Result<Option<Vec<f32>>, InspectionError> {
        let Some(map) = self.class_activation(image, class)? else {
            return Ok(None);
        };
        let (width, height) = (map.width as u32, map.height as u32);
        let sized = ImageBuffer::<Luma<f32>, Vec<f32>>::from_raw(width, height, map.values);
        let sides = [self.input.width as u32, self.input.height as u32];
        // Bilinear, as the paper's authors enlarge.
        let large = sized.map(|map| resize(&map, sides[0], sides[1], FilterType::Triangle));
        Ok(large.map(ImageBuffer::into_raw))
    }

    /// Grad-CAM before it is enlarged; `None` without a convolution.
    pub(super) fn class_activation(
        &self,
        image: &[f32],
        class: usize,
    ) -> Result<Option<ActivationMap>, InspectionError> {
        let layers = self.tracked.layers();
        let last = layers
            .iter()
            .rposition(|(_, layer)| matches!(layer, Layer::Conv(_)));
        let Some(last) = last else {
            return Ok(None);
        };
        // What follows a convolution and leaves each place its own belongs to it.
        let follows = |(_, layer): &&(&str, Layer)| {
            matches!(layer, Layer::BatchNorm(_) | Layer::Activation(_))
        };
        let split = last + 1 + layers[last + 1..].iter().take_while(follows).count();
        let image = Features::Maps(self.tensor(vec![image.to_vec()]));
        let Features::Maps(maps) = forward(&self.network.layers()[..split], image) else {
            return Ok(None);
        };
        let [_, _, height, width] = maps.dims();
        let tracked = maps.clone().autodiff().require_grad();
        let logits = match forward(&layers[split..], Features::Maps(tracked.clone())) {
            Features::Vector(logits) => logits,
            Features::Maps(logits) => logits.flatten(1, 3),
        };
        let gradients = logits.narrow(1, class, 1).sum().backward();
        let gradient = tracked.grad(&gradients).ok_or_else(no_gradient)?;
        let weights = gradient.mean_dims(&[2, 3]);
        let map = (maps * weights).sum_dim(1).clamp_min(0.0);
        Ok(Some(ActivationMap {
            values: read(map)?,
            height,
            width,
        }))
    }

    /// Saliency, `[height, width]`.
    pub(super) fn saliency(
        &self,
        image: &[f32],
        class: usize,
    ) -> Result<Vec<f32>, InspectionError> {
        let gradient = self.gradient(vec![image.to_vec()], class)?;
        read(gradient.abs().max_dim(1))
    }

    /// Integrated gradients, `[height, width]`, summed over channels; and the share by which their
    /// sum misses its due.
    pub(super) fn integrated_gradients(
        &self,
        image: &[f32],
        class: usize,
    ) -> Result<(Vec<f32>, f64), InspectionError> {
        let ends = self.scores([self.black(), image.to_vec()], class, false)?;
        let due = f64::from(ends[1]) - f64::from(ends[0]);
        let mut steps = STEPS;
        loop {
            let values = self.integral(image, class, steps)?;
            let sum: f64 = values.iter().map(|&value| f64::from(value)).sum();
            let miss = (sum - due).abs() / due.abs().max(1e-6);
            if miss <= TOLERANCE || steps >= MOST_STEPS || !miss.is_finite() {
                let area = self.input.height * self.input.width;
                let mut map = vec![0.0; area];
                for channel in values.chunks(area) {
                    map.iter_mut().zip(channel).for_each(|(sum, v)| *sum += v);
                }
                return Ok((map, miss));
            }
            steps *= 2;
        }
    }

    /// Integrated gradients of each value, `[channels, height, width]`: the integral by the midpoint
    /// rule.
    pub(super) fn integral(
        &self,
        image: &[f32],
        class: usize,
        steps: usize,
    ) -> Result<Vec<f32>, InspectionError> {
        let black = self.black();
        let mut total = vec![0f64; image.len()];
        let all: Vec<usize> = (0..steps).collect();
        for some in all.chunks(BATCH) {
            let points = some.iter().map(|&step| {
                let way = (step as f32 + 0.5) / steps as f32;
                let between = |(from, to): (&f32, &f32)| from + way * (to - from);
                black.iter().zip(image).map(between).collect()
            });
            let gradient = self.gradient(points.collect(), class)?.sum_dim(0);
            for (total, gradient) in total.iter_mut().zip(read(gradient)?) {
                *total += f64::from(gradient);
            }
        }
        let mean = total.into_iter().map(|sum| sum / steps as f64);
        let ways = image.iter().zip(&black).map(|(to, from)| to - from);
        Ok(mean
            .zip(ways)
            .map(|(gradient, way)| (gradient * f64::from(way)) as f32)
            .collect())
    }

    /// The gradient of each image's score for `class`, `[images, channels, height, width]`.
    fn gradient(&self, images: Vec<Vec<f32>>, class: usize) -> Result<Tensor<4>, InspectionError> {
        let images = self.tensor(images).autodiff().require_grad();
        let logits = self.tracked.forward(images.clone());
        let gradients = logits.narrow(1, class, 1).sum().backward();
        images.grad(&gradients).ok_or_else(no_gradient)
    }
}

fn no_gradient() -> InspectionError {
    InspectionError::Device("the score has no gradient".into())
}
