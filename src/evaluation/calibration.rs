//! Calibration: whether predicted probabilities agree with the accuracy.

use serde::Serialize;

use super::predictions::Predictions;

/// Bins of a reliability diagram.
const BINS: usize = 15;
/// The fewest images that a temperature is fitted on.
const MIN_IMAGES: usize = 50;
/// Natural logarithms of the lowest and the highest temperature that are tried.
const LOWEST: f64 = -3.0;
const HIGHEST: f64 = 3.0;

/// Reliability before and after temperature scaling (Guo et al. 2017, arXiv 1706.04599).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    pub before: Reliability,
    /// `None` where there are too few images to fit a temperature, or the best lies outside the range
    /// that is tried.
    pub scaled: Option<Scaled>,
}

/// After temperature scaling.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scaled {
    pub after: Reliability,
    /// What the logits are divided by before softmax.
    pub temperature: f64,
    pub fitted_on: FittedOn,
}

/// The images that the temperature was fitted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FittedOn {
    /// The validation images.
    Valid,
    /// The test images: each half is scaled with the temperature of the other half, and the temperature
    /// reported is that of all.
    Halves,
}

/// A reliability diagram.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reliability {
    /// Expected calibration error: the mean distance between confidence and accuracy over images,
    /// from 0 to 1 (Naeini, Cooper and Hauskrecht 2015).
    pub ece: f64,
    pub bins: Vec<Bin>,
}

/// Images whose predicted class has a probability above `low` and up to `high`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bin {
    pub low: f64,
    pub high: f64,
    pub count: usize,
    /// Mean probability of the predicted class; 0 without images, like the accuracy.
    pub confidence: f64,
    pub accuracy: f64,
}

impl Calibration {
    /// Calibration on `test`, with the temperature fitted on `valid` where that has enough images.
    pub fn new(test: &Predictions, valid: Option<&Predictions>) -> Self {
        let valid = valid.filter(|valid| valid.len() >= MIN_IMAGES);
        Self {
            before: Reliability::new(test, |_| 1.0),
            scaled: match valid {
                Some(valid) => by_valid(test, valid),
                None => by_halves(test),
            },
        }
    }
}

fn by_valid(test: &Predictions, valid: &Predictions) -> Option<Scaled> {
    let temperature = fit(valid, 0..valid.len())?;
    Some(Scaled {
        after: Reliability::new(test, |_| temperature),
        temperature,
        fitted_on: FittedOn::Valid,
    })
}

fn by_halves(test: &Predictions) -> Option<Scaled> {
    if test.len() < 2 * MIN_IMAGES {
        return None;
    }
    let half = |half: usize| fit(test, (half..test.len()).step_by(2));
    let halves = [half(0)?, half(1)?];
    Some(Scaled {
        after: Reliability::new(test, |index| halves[1 - index % 2]),
        temperature: fit(test, 0..test.len())?,
        fitted_on: FittedOn::Halves,
    })
}

impl Reliability {
    fn new(predictions: &Predictions, temperature: impl Fn(usize) -> f64) -> Self {
        let mut sums = [(0usize, 0.0, 0usize); BINS];
        for index in 0..predictions.len() {
            let confidence = predictions.confidence(index, temperature(index));
            let bin = ((confidence * BINS as f64).ceil() as usize).clamp(1, BINS) - 1;
            let (count, sum, hits) = &mut sums[bin];
            *count += 1;
            *sum += confidence;
            *hits += usize::from(predictions.hit(index));
        }
        let bins = sums.iter().enumerate().map(|(bin, &(count, sum, hits))| {
            let n = count.max(1) as f64;
            Bin {
                low: bin as f64 / BINS as f64,
                high: (bin + 1) as f64 / BINS as f64,
                count,
                confidence: sum / n,
                accuracy: hits as f64 / n,
            }
        });
        let bins: Vec<Bin> = bins.collect();
        let gap = |bin: &Bin| bin.count as f64 * (bin.confidence - bin.accuracy).abs();
        Self {
            ece: bins.iter().map(gap).sum::<f64>() / predictions.len().max(1) as f64,
            bins,
        }
    }
}

/// The temperature with the lowest negative log-likelihood on some images, by golden-section search:
/// there is one minimum, because it is convex in the inverse of the temperature. `None`
/// where the minimum lies outside the range that is tried, for example where all predictions are
/// right.
fn fit(predictions: &Predictions, images: impl Iterator<Item = usize> + Clone) -> Option<f64> {
    let negative_log_likelihood = |log_temperature: f64| -> f64 {
        let temperature = log_temperature.exp();
        let images = images.clone();
        images
            .map(|index| predictions.negative_log_likelihood(index, temperature))
            .sum()
    };
    let golden = (5f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (LOWEST, HIGHEST);
    let mut inner = [high - golden * (high - low), low + golden * (high - low)];
    let mut values = inner.map(negative_log_likelihood);
    while high - low > 1e-4 {
        if values[0] <= values[1] {
            high = inner[1];
            inner = [high - golden * (high - low), inner[0]];
            values = [negative_log_likelihood(inner[0]), values[0]];
        } else {
            low = inner[0];
            inner = [inner[1], low + golden * (high - low)];
            values = [values[1], negative_log_likelihood(inner[1])];
        }
    }
    let inside = low > LOWEST && high < HIGHEST;
    inside.then(|| ((low + high) / 2.0).exp())
}

#[cfg(test)]
mod tests;
