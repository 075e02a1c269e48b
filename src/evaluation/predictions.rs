use super::probabilities::ranking;

/// The logits of a network for each image of a split, with target and predicted class.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Predictions {
    classes: usize,
    /// `[images, classes]`
    logits: Vec<f32>,
    targets: Vec<usize>,
    predicted: Vec<usize>,
}

impl Predictions {
    /// No images yet.
    pub fn new(classes: usize) -> Self {
        Self {
            classes,
            ..Self::default()
        }
    }

    /// Adds an image of class `target` with one logit per class, and returns the classes from the
    /// highest logit to the lowest.
    pub fn add(&mut self, target: usize, logits: &[f32]) -> Vec<usize> {
        let ranking = ranking(logits);
        self.logits.extend(logits);
        self.targets.push(target);
        self.predicted.push(ranking[0]);
        ranking
    }

    pub fn len(&self) -> usize {
        self.targets.len()
    }

    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// The true class of image `index`.
    pub fn target(&self, index: usize) -> usize {
        self.targets[index]
    }

    /// The class with the highest logit for image `index`.
    pub fn predicted(&self, index: usize) -> usize {
        self.predicted[index]
    }

    /// Whether image `index` was classified correctly.
    pub fn hit(&self, index: usize) -> bool {
        self.targets[index] == self.predicted[index]
    }

    /// Whether every logit is finite.
    pub fn are_finite(&self) -> bool {
        self.logits.iter().all(|logit| logit.is_finite())
    }

    /// Logits of image `index`, one per class.
    pub fn logits(&self, index: usize) -> &[f32] {
        &self.logits[index * self.classes..][..self.classes]
    }

    /// Probability of the predicted class of image `index`: softmax of the logits divided by
    /// `temperature`.
    pub fn confidence(&self, index: usize, temperature: f64) -> f64 {
        let logits = self.logits(index);
        let top = f64::from(logits[self.predicted[index]]);
        let others = logits.iter().map(|&logit| f64::from(logit) - top);
        1.0 / others.map(|below| (below / temperature).exp()).sum::<f64>()
    }

    /// Negative log-likelihood of the true class of image `index`: cross-entropy of the logits divided
    /// by `temperature`.
    pub fn negative_log_likelihood(&self, index: usize, temperature: f64) -> f64 {
        let logits = self.logits(index);
        let top = f64::from(logits[self.predicted[index]]);
        let others = logits.iter().map(|&logit| f64::from(logit) - top);
        let sum: f64 = others.map(|below| (below / temperature).exp()).sum();
        sum.ln() - (f64::from(logits[self.targets[index]]) - top) / temperature
    }
}
