//! Whether the background predicts the class: if all dogs are photographed on grass, a network may
//! learn grass.

use serde::Serialize;

use super::sketched_image::SketchedImage;

/// Grey levels in the corners of the training images, by class.
#[derive(Debug, Clone, Serialize)]
pub struct Background {
    /// `[mean, standard deviation]` of each class; zero for a class without images.
    pub classes: Vec<[f32; 2]>,
    /// Fraction of the variance over all images that is between the classes, 0 to 1 (the
    /// correlation ratio η², Fisher 1925).
    pub explained: f64,
}

impl Background {
    /// `None` if there are no training images.
    pub(super) fn new(images: &[SketchedImage], classes: usize) -> Option<Self> {
        let mut sums = vec![[0.0_f64; 3]; classes];
        for image in images.iter().filter(|image| image.split == 0) {
            let level = f64::from(image.sketch.background);
            let [count, sum, squares] = &mut sums[image.label];
            (*count, *sum, *squares) = (*count + 1.0, *sum + level, *squares + level * level);
        }
        let total = |at: usize| sums.iter().map(|sums| sums[at]).sum::<f64>();
        let [count, sum, squares] = [total(0), total(1), total(2)];
        if count == 0.0 {
            return None;
        }
        let variation = squares - sum * sum / count;
        let present = || sums.iter().filter(|[count, ..]| *count > 0.0);
        let between = present()
            .map(|[count, sum, _]| sum * sum / count)
            .sum::<f64>();
        let between = between - sum * sum / count;
        let of_class = |[count, sum, squares]: &[f64; 3]| {
            let mean = sum / count.max(1.0);
            let variance = (squares / count.max(1.0) - mean * mean).max(0.0);
            [mean as f32, variance.sqrt() as f32]
        };
        Some(Self {
            classes: sums.iter().map(of_class).collect(),
            explained: match variation > 1e-6 * count {
                true => (between / variation).clamp(0.0, 1.0),
                false => 0.0,
            },
        })
    }
}
