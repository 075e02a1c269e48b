//! Whether the background tells the class: if all dogs are photographed on grass, a network may
//! learn grass.

use serde::Serialize;

use super::duplicates::Candidate;

/// Grey levels of the training images' corners, class by class.
#[derive(Debug, Clone, Serialize)]
pub struct Background {
    /// Mean and standard deviation of each class; zero where there is no image of it.
    pub classes: Vec<[f32; 2]>,
    /// Share of the variance over all images that lies between the classes, 0 to 1 (the
    /// correlation ratio η², Fisher 1925).
    pub explained: f64,
}

impl Background {
    /// `None` where there are no training images.
    pub(super) fn new(candidates: &[Candidate], classes: usize) -> Option<Self> {
        let mut sums = vec![[0.0_f64; 3]; classes];
        for candidate in candidates.iter().filter(|candidate| candidate.split == 0) {
            let level = f64::from(candidate.sketch.background);
            let [images, sum, squares] = &mut sums[candidate.label];
            (*images, *sum, *squares) = (*images + 1.0, *sum + level, *squares + level * level);
        }
        let total = |at: usize| sums.iter().map(|sums| sums[at]).sum::<f64>();
        let [images, sum, squares] = [total(0), total(1), total(2)];
        if images == 0.0 {
            return None;
        }
        let variation = squares - sum * sum / images;
        let there = || sums.iter().filter(|[images, ..]| *images > 0.0);
        let between = there()
            .map(|[images, sum, _]| sum * sum / images)
            .sum::<f64>();
        let between = between - sum * sum / images;
        let of_class = |[images, sum, squares]: &[f64; 3]| {
            let mean = sum / images.max(1.0);
            let variance = (squares / images.max(1.0) - mean * mean).max(0.0);
            [mean as f32, variance.sqrt() as f32]
        };
        Some(Self {
            classes: sums.iter().map(of_class).collect(),
            explained: match variation > 1e-6 * images {
                true => (between / variation).clamp(0.0, 1.0),
                false => 0.0,
            },
        })
    }
}
