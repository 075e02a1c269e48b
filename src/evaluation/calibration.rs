//! Whether a probability can be taken at its word.

use serde::Serialize;

use super::Predictions;

/// Bins of a reliability diagram.
const BINS: usize = 15;
/// Images that a temperature is found on, at least.
const ENOUGH: usize = 50;
/// Temperatures that are tried, as powers of e.
const COLDEST: f64 = -3.0;
const HOTTEST: f64 = 3.0;

/// How probabilities and accuracy agree, before and after temperature scaling (Guo et al. 2017,
/// arXiv 1706.04599).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    pub before: Reliability,
    /// `None` where there are too few images to find a temperature, or none fits best.
    pub scaled: Option<Scaled>,
}

/// After temperature scaling.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scaled {
    pub after: Reliability,
    /// What scores are divided by before softmax.
    pub temperature: f64,
    pub fitted_on: FittedOn,
}

/// Where the temperature comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FittedOn {
    /// The validation images.
    Valid,
    /// Each half of the test images has that of the other; the temperature is that of all.
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

/// Images whose class given has a probability above `low` and up to `high`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bin {
    pub low: f64,
    pub high: f64,
    pub count: usize,
    /// Mean probability of the class given; 0 without images, as is the accuracy.
    pub confidence: f64,
    pub accuracy: f64,
}

impl Calibration {
    /// Calibrates `test`, with the temperature of `valid` where there are such images.
    pub fn new(test: &Predictions, valid: Option<&Predictions>) -> Self {
        let valid = valid.filter(|valid| valid.len() >= ENOUGH);
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
    if test.len() < 2 * ENOUGH {
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
        let apart = |bin: &Bin| bin.count as f64 * (bin.confidence - bin.accuracy).abs();
        Self {
            ece: bins.iter().map(apart).sum::<f64>() / predictions.len().max(1) as f64,
            bins,
        }
    }
}

/// The temperature that makes the true classes of some images most probable, by golden section: the
/// mean surprise has one minimum (it is convex in one over the temperature). `None` where that is
/// beyond what is tried, as where every image is a hit.
fn fit(predictions: &Predictions, images: impl Iterator<Item = usize> + Clone) -> Option<f64> {
    let surprise = |power: f64| -> f64 {
        let temperature = power.exp();
        let images = images.clone();
        images
            .map(|index| predictions.surprise(index, temperature))
            .sum()
    };
    let golden = (5f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (COLDEST, HOTTEST);
    let mut inner = [high - golden * (high - low), low + golden * (high - low)];
    let mut values = inner.map(surprise);
    while high - low > 1e-4 {
        if values[0] <= values[1] {
            high = inner[1];
            inner = [high - golden * (high - low), inner[0]];
            values = [surprise(inner[0]), values[0]];
        } else {
            low = inner[0];
            inner = [inner[1], low + golden * (high - low)];
            values = [values[1], surprise(inner[1])];
        }
    }
    let inside = low > COLDEST && high < HOTTEST;
    inside.then(|| ((low + high) / 2.0).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hundred images whose class given has a probability of `confidence`, `hits` of them right.
    fn predictions(confidence: f64, hits: usize) -> Predictions {
        let mut predictions = Predictions::new(2);
        let margin = (confidence / (1.0 - confidence)).ln() as f32;
        for image in 0..100 {
            // Hits are spread over both halves.
            let hit = (image * 37) % 100 < hits;
            predictions.add(usize::from(!hit), &[margin, 0.0]);
        }
        predictions
    }

    #[test]
    fn the_error_is_the_distance_between_confidence_and_accuracy() {
        let reliability = Reliability::new(&predictions(0.9, 60), |_| 1.0);
        assert!((reliability.ece - 0.3).abs() < 1e-6, "{}", reliability.ece);
        let filled: Vec<&Bin> = reliability
            .bins
            .iter()
            .filter(|bin| bin.count > 0)
            .collect();
        assert_eq!(filled.len(), 1);
        assert!(filled[0].low < 0.9 && 0.9 <= filled[0].high);
        assert!((filled[0].accuracy - 0.6).abs() < 1e-9);
    }

    #[test]
    fn a_temperature_brings_confidence_to_accuracy() {
        let calibration = Calibration::new(&predictions(0.95, 70), None);
        let scaled = calibration.scaled.unwrap();
        assert!(scaled.after.ece < 0.05, "{scaled:?}");
        // ln(0.95 / 0.05) / T = ln(0.7 / 0.3)
        let expected = (19f64).ln() / (0.7f64 / 0.3).ln();
        assert!((scaled.temperature / expected - 1.0).abs() < 1e-3);
        assert_eq!(scaled.fitted_on, FittedOn::Halves);
    }

    #[test]
    fn the_temperature_of_validation_images_is_preferred() {
        let (test, valid) = (predictions(0.95, 70), predictions(0.95, 80));
        let scaled = Calibration::new(&test, Some(&valid)).scaled.unwrap();
        let expected = (19f64).ln() / 4f64.ln();
        assert!((scaled.temperature / expected - 1.0).abs() < 1e-3);
        assert_eq!(scaled.fitted_on, FittedOn::Valid);
        let none = Calibration::new(&test, Some(&Predictions::new(2)));
        assert_eq!(none.scaled.unwrap().fitted_on, FittedOn::Halves);
    }

    #[test]
    fn no_temperature_is_made_up() {
        let mut few = Predictions::new(2);
        few.add(0, &[1.0, 0.0]);
        assert_eq!(Calibration::new(&few, None).scaled, None);
        // The surer, the better.
        assert_eq!(Calibration::new(&predictions(0.95, 100), None).scaled, None);
    }
}
