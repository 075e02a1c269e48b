use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::{Explainer, Importance};
use crate::inspection::InspectionError;
use crate::pixels::ImageShape;

/// Points of a curve besides its start.
const POINTS: usize = 28;
/// Orders by chance that a map is held against; every other one takes whole squares, as smooth maps do.
const CHANCES: u64 = 8;
/// Such squares along the longer side.
const SQUARES: usize = 6;

/// What becomes of a class when its pixels are taken away or given back (Petsiuk et al. 2018, arXiv
/// 1806.07421).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curves {
    /// Area under the probability while the most important pixels turn black one after the other:
    /// small where the map is right. From 0 to 1.
    pub deletion: f64,
    /// Area under the probability while they appear on a black image: large where it is right.
    pub insertion: f64,
}

impl Curves {
    /// Insertion less deletion, from -1 to 1.
    pub fn score(&self) -> f64 {
        self.insertion - self.deletion
    }
}

/// What orders by chance come to for an image and a class: what a map must better.
#[derive(Debug, Clone, PartialEq)]
pub struct Faithfulness {
    chances: Vec<Curves>,
}

impl Faithfulness {
    /// Measures orders by chance, always the same ones.
    ///
    /// # Errors
    /// The device failed.
    pub fn new(
        explainer: &Explainer,
        pixels: &[u8],
        class: usize,
    ) -> Result<Self, InspectionError> {
        let chances = (0..CHANCES).map(|seed| {
            let order = by_chance(explainer.input, seed);
            explainer.curves(pixels, class, &order)
        });
        Ok(Self {
            chances: chances.collect::<Result<_, _>>()?,
        })
    }

    /// The mean over the orders by chance.
    pub fn chance(&self) -> Curves {
        let mean = |figure: fn(&Curves) -> f64| {
            self.chances.iter().map(figure).sum::<f64>() / self.chances.len() as f64
        };
        Curves {
            deletion: mean(|curves| curves.deletion),
            insertion: mean(|curves| curves.insertion),
        }
    }

    /// Whether a map does better than every order by chance.
    pub fn passes(&self, curves: &Curves) -> bool {
        self.chances
            .iter()
            .all(|chance| curves.score() > chance.score())
    }
}

/// Every pixel once: in any order, or square by square.
fn by_chance(input: ImageShape, seed: u64) -> Vec<usize> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..input.height * input.width).collect();
    if seed.is_multiple_of(2) {
        order.shuffle(&mut random);
        return order;
    }
    let side = input.height.max(input.width).div_ceil(SQUARES);
    let mut ranks: Vec<usize> = (0..SQUARES * SQUARES).collect();
    ranks.shuffle(&mut random);
    let square = |place: &usize| {
        let (row, column) = (place / input.width, place % input.width);
        ranks[row / side * SQUARES + column / side]
    };
    order.sort_by_key(square);
    order
}

impl Explainer {
    /// The curves of a map, its most important pixels first; equal ones in an order by chance.
    ///
    /// # Errors
    /// The device failed.
    pub fn measure(
        &self,
        pixels: &[u8],
        class: usize,
        importance: &Importance,
    ) -> Result<Curves, InspectionError> {
        let values = &importance.values;
        let mut order = by_chance(self.input, 0);
        order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
        self.curves(pixels, class, &order)
    }

    fn curves(
        &self,
        pixels: &[u8],
        class: usize,
        order: &[usize],
    ) -> Result<Curves, InspectionError> {
        let (image, black) = (self.values(pixels), self.black());
        Ok(Curves {
            deletion: self.area(&image, &black, class, order)?,
            insertion: self.area(&black, &image, class, order)?,
        })
    }

    /// Area under the probability of `class` on the way from one image to another, pixel by pixel in
    /// `order`.
    fn area(
        &self,
        from: &[f32],
        to: &[f32],
        class: usize,
        order: &[usize],
    ) -> Result<f64, InspectionError> {
        let area = order.len();
        let points = POINTS.min(area);
        let images = (0..=points).scan((from.to_vec(), 0), |(image, done), point| {
            let until = point * area / points;
            for &place in &order[*done..until] {
                for channel in 0..self.input.channels {
                    image[channel * area + place] = to[channel * area + place];
                }
            }
            *done = until;
            Some(image.clone())
        });
        let curve = self.scores(images, class, true)?;
        let middles = curve
            .windows(2)
            .map(|pair| f64::from(pair[0] + pair[1]) / 2.0);
        Ok(middles.sum::<f64>() / points as f64)
    }
}
