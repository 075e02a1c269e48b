use super::explainer::Explainer;
use crate::inspection::{InspectionError, to_vec};

impl Explainer {
    /// The saliency map of a normalised image, `[height, width]`: the largest absolute gradient over
    /// the channels of a pixel (Simonyan et al. 2014, arXiv 1312.6034).
    pub(super) fn saliency(
        &self,
        image: &[f32],
        class: usize,
    ) -> Result<Vec<f32>, InspectionError> {
        let gradient = self.class_gradient(vec![image.to_vec()], class)?;
        to_vec(gradient.abs().max_dim(1))
    }
}
