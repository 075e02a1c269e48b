use image::imageops::{FilterType, resize};
use image::{ImageBuffer, Luma};

use super::explainer::{Explainer, logit};
use crate::inspection::{InspectionError, to_vec};
use crate::models::{Features, NamedLayers};

/// A Grad-CAM map of the size of a layer's feature maps.
pub(super) struct ClassActivationMap {
    /// `[height, width]`
    pub values: Vec<f32>,
    pub height: usize,
    pub width: usize,
}

/// The layer whose feature maps Grad-CAM looks at: the last convolution, with the batch norm and
/// activation that follow it. `None` where there is no convolution.
pub(super) fn target_layer(layers: &NamedLayers) -> Option<String> {
    let conv = layers
        .iter()
        .rposition(|(_, layer)| layer.kind() == "conv")?;
    let pointwise = |kind| matches!(kind, "batch-norm" | "relu" | "relu6" | "tanh");
    let following = layers[conv + 1..].iter();
    let following = following.take_while(|(_, layer)| pointwise(layer.kind()));
    Some(layers[conv + following.count()].0.to_string())
}

impl Explainer {
    /// The Grad-CAM map of a normalised image (Selvaraju et al. 2017, arXiv 1610.02391) at the size of
    /// the image, `[height, width]`; `None` without a convolution.
    pub(super) fn grad_cam(
        &self,
        image: &[f32],
        class: usize,
    ) -> Result<Option<Vec<f32>>, InspectionError> {
        let Some(map) = self.class_activation_map(image, class)? else {
            return Ok(None);
        };
        let (width, height) = (map.width as u32, map.height as u32);
        let small = ImageBuffer::<Luma<f32>, Vec<f32>>::from_raw(width, height, map.values);
        let [width, height] = [self.input.width as u32, self.input.height as u32];
        // Bilinear, as in the authors' code.
        let large = small.map(|map| resize(&map, width, height, FilterType::Triangle));
        Ok(large.map(ImageBuffer::into_raw))
    }

    /// The Grad-CAM map before it is enlarged; `None` without a convolution.
    pub(super) fn class_activation_map(
        &self,
        image: &[f32],
        class: usize,
    ) -> Result<Option<ClassActivationMap>, InspectionError> {
        let Some(layer) = target_layer(&self.gradient.network().layers()) else {
            return Ok(None);
        };
        let image = self.tensor(vec![image.to_vec()]);
        let objective = |logits| logit(logits, class);
        let found = self.gradient.at_layer(&layer, image, objective)?;
        let (Features::Maps(maps), Features::Maps(gradient)) = (found.output, found.gradient)
        else {
            return Ok(None);
        };
        let [_, _, height, width] = maps.dims();
        let weights = gradient.mean_dims(&[2, 3]);
        let map = (maps * weights).sum_dim(1).clamp_min(0.0);
        Ok(Some(ClassActivationMap {
            values: to_vec(map)?,
            height,
            width,
        }))
    }
}
