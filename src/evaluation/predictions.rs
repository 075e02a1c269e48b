use super::ranking;

/// What a network says about each image of a split.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Predictions {
    classes: usize,
    /// Scores before softmax, `[images, classes]`.
    logits: Vec<f32>,
    truths: Vec<usize>,
    given: Vec<usize>,
}

impl Predictions {
    /// No images yet.
    pub fn new(classes: usize) -> Self {
        Self {
            classes,
            ..Self::default()
        }
    }

    /// Adds an image of class `truth` with the scores of all classes, and returns their ranking.
    pub fn add(&mut self, truth: usize, logits: &[f32]) -> Vec<usize> {
        let ranking = ranking(logits);
        self.logits.extend(logits);
        self.truths.push(truth);
        self.given.push(ranking[0]);
        ranking
    }

    pub fn len(&self) -> usize {
        self.truths.len()
    }

    pub fn is_empty(&self) -> bool {
        self.truths.is_empty()
    }

    /// The class of image `index`.
    pub fn truth(&self, index: usize) -> usize {
        self.truths[index]
    }

    /// The class that image `index` was taken for.
    pub fn given(&self, index: usize) -> usize {
        self.given[index]
    }

    pub fn hit(&self, index: usize) -> bool {
        self.truths[index] == self.given[index]
    }

    /// Whether every score is a number.
    pub fn are_finite(&self) -> bool {
        self.logits.iter().all(|score| score.is_finite())
    }

    /// Scores of image `index` before softmax.
    pub fn logits(&self, index: usize) -> &[f32] {
        &self.logits[index * self.classes..][..self.classes]
    }

    /// The probability of the class that image `index` was taken for, its scores divided by
    /// `temperature` first.
    pub fn confidence(&self, index: usize, temperature: f64) -> f64 {
        let logits = self.logits(index);
        let top = f64::from(logits[self.given[index]]);
        let others = logits.iter().map(|&score| f64::from(score) - top);
        1.0 / others.map(|less| (less / temperature).exp()).sum::<f64>()
    }

    /// Minus the logarithm of the true class's probability, as for [`confidence`](Self::confidence).
    pub fn surprise(&self, index: usize, temperature: f64) -> f64 {
        let logits = self.logits(index);
        let top = f64::from(logits[self.given[index]]);
        let others = logits.iter().map(|&score| f64::from(score) - top);
        let sum: f64 = others.map(|less| (less / temperature).exp()).sum();
        sum.ln() - (f64::from(logits[self.truths[index]]) - top) / temperature
    }
}
