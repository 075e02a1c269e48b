use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::explainer::Explainer;
use super::importance::Importance;
use crate::inspection::InspectionError;
use crate::pixels::ImageShape;

/// Intervals of a curve.
const INTERVALS: usize = 28;
/// Random orders of the baseline. Every other one takes whole squares, as smooth maps do.
const RANDOM_ORDERS: u64 = 8;
/// Such squares along the longer side of an image.
const SQUARES: usize = 6;

/// The areas under the deletion and the insertion curve of an importance map (RISE, Petsiuk et al.
/// 2018, arXiv 1806.07421).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeletionInsertion {
    /// Mean probability of the class while the pixels turn black, the most important first. From 0 to
    /// 1; small for a faithful map.
    pub deletion: f64,
    /// Mean probability of the class while the pixels appear on a black image, the most important
    /// first. From 0 to 1; large for a faithful map.
    pub insertion: f64,
}

impl DeletionInsertion {
    /// Insertion less deletion, from -1 to 1.
    pub fn score(&self) -> f64 {
        self.insertion - self.deletion
    }
}

/// The areas that random orders of the pixels reach, which a faithful map must better.
#[derive(Debug, Clone, PartialEq)]
pub struct RandomBaseline {
    orders: Vec<DeletionInsertion>,
}

impl RandomBaseline {
    /// Measures random orders, the same ones on every call.
    ///
    /// `pixels`: `[channels, height, width]`
    ///
    /// # Errors
    /// The device failed.
    pub fn new(
        explainer: &Explainer,
        pixels: &[u8],
        class: usize,
    ) -> Result<Self, InspectionError> {
        let orders = (0..RANDOM_ORDERS).map(|seed| {
            let order = random_order(explainer.input, seed);
            explainer.areas(pixels, class, &order)
        });
        Ok(Self {
            orders: orders.collect::<Result<_, _>>()?,
        })
    }

    /// The mean over the random orders.
    pub fn mean(&self) -> DeletionInsertion {
        let mean = |area: fn(&DeletionInsertion) -> f64| {
            self.orders.iter().map(area).sum::<f64>() / self.orders.len() as f64
        };
        DeletionInsertion {
            deletion: mean(|areas| areas.deletion),
            insertion: mean(|areas| areas.insertion),
        }
    }

    /// Whether a map scores higher than every random order.
    pub fn is_beaten_by(&self, map: &DeletionInsertion) -> bool {
        self.orders.iter().all(|order| map.score() > order.score())
    }
}

/// Every pixel once, in random order; for odd seeds square by square.
fn random_order(input: ImageShape, seed: u64) -> Vec<usize> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..input.height * input.width).collect();
    if seed.is_multiple_of(2) {
        order.shuffle(&mut random);
        return order;
    }
    let side = input.height.max(input.width).div_ceil(SQUARES);
    let mut ranks: Vec<usize> = (0..SQUARES * SQUARES).collect();
    ranks.shuffle(&mut random);
    let square = |pixel: &usize| {
        let (row, column) = (pixel / input.width, pixel % input.width);
        ranks[row / side * SQUARES + column / side]
    };
    order.sort_by_key(square);
    order
}

impl Explainer {
    /// The areas under the deletion and insertion curves of a map; equally important pixels are taken
    /// in random order.
    ///
    /// `pixels`: `[channels, height, width]`
    ///
    /// # Errors
    /// The device failed.
    pub fn deletion_insertion(
        &self,
        pixels: &[u8],
        class: usize,
        importance: &Importance,
    ) -> Result<DeletionInsertion, InspectionError> {
        let values = &importance.values;
        let mut order = random_order(self.input, 0);
        order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
        self.areas(pixels, class, &order)
    }

    fn areas(
        &self,
        pixels: &[u8],
        class: usize,
        order: &[usize],
    ) -> Result<DeletionInsertion, InspectionError> {
        let (image, black) = (self.normalized(pixels), self.baseline());
        Ok(DeletionInsertion {
            deletion: self.area(&image, &black, class, order)?,
            insertion: self.area(&black, &image, class, order)?,
        })
    }

    /// The area under the probability of `class` while the pixels of one normalised image are replaced
    /// by those of another in `order`, by the trapezoidal rule.
    fn area(
        &self,
        from: &[f32],
        to: &[f32],
        class: usize,
        order: &[usize],
    ) -> Result<f64, InspectionError> {
        let area = order.len();
        let intervals = INTERVALS.min(area);
        let images = (0..=intervals).scan((from.to_vec(), 0), |(image, replaced), point| {
            let until = point * area / intervals;
            for &pixel in &order[*replaced..until] {
                for channel in 0..self.input.channels {
                    image[channel * area + pixel] = to[channel * area + pixel];
                }
            }
            *replaced = until;
            Some(image.clone())
        });
        let curve = self.class_probabilities(images, class)?;
        let means = curve
            .windows(2)
            .map(|pair| f64::from(pair[0] + pair[1]) / 2.0);
        Ok(means.sum::<f64>() / intervals as f64)
    }
}
