use super::explainer::{BATCH, Explainer};
use crate::inspection::{InspectionError, to_vec};

/// Steps of the integral at first, and at most: they double until the sum is complete enough.
const STEPS: usize = 64;
const MAX_STEPS: usize = 1024;
/// By how much the sum of all importances may differ from the change of the logit, as a share of it.
const TOLERANCE: f64 = 0.005;

impl Explainer {
    /// Integrated gradients of a normalised image (Sundararajan et al. 2017, arXiv 1703.01365),
    /// `[height, width]`, summed over channels; and by how much their sum differs from the change of
    /// the logit between the black image and this one, as a share of that change.
    pub(super) fn integrated_gradients(
        &self,
        image: &[f32],
        class: usize,
    ) -> Result<(Vec<f32>, f64), InspectionError> {
        let ends = self.class_logits([self.baseline(), image.to_vec()], class)?;
        let expected = f64::from(ends[1]) - f64::from(ends[0]);
        let mut steps = STEPS;
        loop {
            let values = self.integral(image, class, steps)?;
            let sum: f64 = values.iter().map(|&value| f64::from(value)).sum();
            let error = (sum - expected).abs() / expected.abs().max(1e-6);
            if error <= TOLERANCE || steps >= MAX_STEPS || !error.is_finite() {
                let area = self.input.height * self.input.width;
                let mut map = vec![0.0; area];
                for channel in values.chunks(area) {
                    map.iter_mut().zip(channel).for_each(|(sum, v)| *sum += v);
                }
                return Ok((map, error));
            }
            steps *= 2;
        }
    }

    /// Integrated gradients of each value, `[channels, height, width]`, by the midpoint rule.
    pub(super) fn integral(
        &self,
        image: &[f32],
        class: usize,
        steps: usize,
    ) -> Result<Vec<f32>, InspectionError> {
        let baseline = self.baseline();
        let mut total = vec![0f64; image.len()];
        let all: Vec<usize> = (0..steps).collect();
        for chunk in all.chunks(BATCH) {
            let points = chunk.iter().map(|&step| {
                let alpha = (step as f32 + 0.5) / steps as f32;
                let between = |(from, to): (&f32, &f32)| from + alpha * (to - from);
                baseline.iter().zip(image).map(between).collect()
            });
            let gradient = self.class_gradient(points.collect(), class)?.sum_dim(0);
            for (total, gradient) in total.iter_mut().zip(to_vec(gradient)?) {
                *total += f64::from(gradient);
            }
        }
        let means = total.into_iter().map(|sum| sum / steps as f64);
        let differences = image.iter().zip(&baseline).map(|(to, from)| to - from);
        Ok(means
            .zip(differences)
            .map(|(gradient, difference)| (gradient * f64::from(difference)) as f32)
            .collect())
    }
}
