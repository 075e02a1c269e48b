//! Metrics from counts: confusion matrix, precision, recall, F1, and the Wilson interval.

use serde::{Deserialize, Serialize};

/// Number of images by true class (row) and predicted class (column).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Confusion {
    counts: Vec<Vec<usize>>,
}

/// Precision, recall and F1 of a class, or their mean over classes. A ratio without a denominator
/// counts as 0, as in scikit-learn.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Scores {
    /// Of the images with this prediction, the share that belong to the class.
    pub precision: f64,
    /// Of the images of the class, the share with this prediction.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
}

/// A class with its scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassScores {
    pub name: String,
    #[serde(flatten)]
    pub scores: Scores,
    /// Number of images of the class.
    pub support: usize,
}

/// A 95% confidence interval of a proportion.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Confusion {
    /// No images yet.
    pub fn new(classes: usize) -> Self {
        Self {
            counts: vec![vec![0; classes]; classes],
        }
    }

    /// Counts an image of class `target` for which `predicted` was predicted.
    pub fn add(&mut self, target: usize, predicted: usize) {
        self.counts[target][predicted] += 1;
    }

    /// Rows: the true class; columns: the predicted class.
    pub fn counts(&self) -> &[Vec<usize>] {
        &self.counts
    }

    /// Number of images.
    pub fn images(&self) -> usize {
        self.counts.iter().flatten().sum()
    }

    /// Number of images whose class was predicted correctly.
    pub fn correct(&self) -> usize {
        (0..self.counts.len())
            .map(|class| self.counts[class][class])
            .sum()
    }

    /// Scores of each class, with its number of images.
    pub fn scores(&self) -> Vec<(Scores, usize)> {
        let ratio = |part: usize, whole: usize| match whole {
            0 => 0.0,
            _ => part as f64 / whole as f64,
        };
        (0..self.counts.len())
            .map(|class| {
                let hits = self.counts[class][class];
                let support = self.counts[class].iter().sum();
                let predicted: usize = self.counts.iter().map(|row| row[class]).sum();
                let scores = Scores {
                    precision: ratio(hits, predicted),
                    recall: ratio(hits, support),
                    f1: ratio(2 * hits, predicted + support),
                };
                (scores, support)
            })
            .collect()
    }
}

impl Scores {
    /// The mean of `scores`, each with the weight that `weight` returns for its number of images.
    pub fn mean(scores: &[(Scores, usize)], weight: impl Fn(usize) -> f64) -> Scores {
        let total: f64 = scores.iter().map(|(_, support)| weight(*support)).sum();
        let mean = |figure: fn(&Scores) -> f64| {
            let sum: f64 = scores
                .iter()
                .map(|(s, support)| figure(s) * weight(*support))
                .sum();
            if total > 0.0 { sum / total } else { 0.0 }
        };
        Scores {
            precision: mean(|s| s.precision),
            recall: mean(|s| s.recall),
            f1: mean(|s| s.f1),
        }
    }
}

impl Interval {
    /// Wilson's 95% score interval for `successes` of `trials` (Wilson 1927; Brown, Cai and
    /// DasGupta 2001).
    pub fn wilson(successes: usize, trials: usize) -> Self {
        const Z: f64 = 1.959_963_984_540_054;
        if trials == 0 {
            return Self {
                low: 0.0,
                high: 1.0,
            };
        }
        let (n, p) = (trials as f64, successes as f64 / trials as f64);
        let scale = 1.0 + Z * Z / n;
        let centre = (p + Z * Z / (2.0 * n)) / scale;
        let half = Z / scale * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        Self {
            low: (centre - half).max(0.0),
            high: (centre + half).min(1.0),
        }
    }
}
