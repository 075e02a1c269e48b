//! The loss of one image.

/// What an image should be classified as: a class, and for a mixed image the share of another.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    pub class: usize,
    pub other: usize,
    pub share: f64,
}

impl Target {
    pub fn of(class: usize) -> Self {
        Self {
            class,
            other: class,
            share: 0.0,
        }
    }

    /// The probability of `class` that is aimed at.
    fn share_of(&self, class: usize) -> f64 {
        let own = if class == self.class {
            1.0 - self.share
        } else {
            0.0
        };
        let other = if class == self.other { self.share } else { 0.0 };
        own + other
    }

    /// The mean weight of its classes.
    pub fn weight(&self, weights: &[f32]) -> f64 {
        let weight = |class: usize| f64::from(weights[class]);
        (1.0 - self.share) * weight(self.class) + self.share * weight(self.other)
    }
}

/// The losses of an image, with the weights of the classes and without.
pub struct Losses {
    pub weighted: f64,
    pub unweighted: f64,
}

/// The logits of an image and what their softmax needs.
pub struct Row<'a> {
    logits: &'a [f32],
    max: f64,
    /// Of `exp(logit - max)`.
    sum: f64,
}

impl<'a> Row<'a> {
    /// `logits` must not be empty.
    pub fn new(logits: &'a [f32]) -> Self {
        let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let sum = logits
            .iter()
            .map(|logit| f64::from((logit - max).exp()))
            .sum();
        Self {
            logits,
            max: f64::from(max),
            sum,
        }
    }

    /// The first class with the largest logit; none where a logit is NaN.
    pub fn predicted(&self) -> Option<usize> {
        if self.logits.iter().any(|logit| logit.is_nan()) {
            return None;
        }
        self.logits
            .iter()
            .position(|logit| f64::from(*logit) == self.max)
    }

    fn log_probability(&self, class: usize) -> f64 {
        f64::from(self.logits[class]) - self.max - self.sum.ln()
    }

    fn probabilities(&self) -> impl Iterator<Item = f64> {
        let max = self.max as f32;
        let exponentials = self.logits.iter().map(move |logit| (logit - max).exp());
        exponentials.map(|exponential| f64::from(exponential) / self.sum)
    }

    /// Cross-entropy between the target, smoothed, and the softmax.
    pub fn cross_entropy(&self, target: Target, smoothing: f64, weights: Option<&[f32]>) -> Losses {
        let sum = |weight: &dyn Fn(usize) -> f64| {
            let term = |class: usize| weight(class) * self.log_probability(class);
            let mut sum = (1.0 - target.share) * term(target.class);
            // A share of nothing must not turn an infinite term into NaN.
            if target.share > 0.0 {
                sum += target.share * term(target.other);
            }
            sum *= 1.0 - smoothing;
            if smoothing > 0.0 {
                let classes = self.logits.len();
                let all: f64 = (0..classes).map(term).sum();
                sum += smoothing / classes as f64 * all;
            }
            -sum
        };
        let unweighted = sum(&|_| 1.0);
        Losses {
            unweighted,
            weighted: match weights {
                Some(weights) => sum(&|class| f64::from(weights[class])),
                None => unweighted,
            },
        }
    }

    /// The gradient of the cross-entropy divided by `divisor`, `softmax * sum(q) - q`, where `q` is
    /// the smoothed target times the weight of each class.
    pub fn cross_entropy_gradient(
        &self,
        target: Target,
        smoothing: f64,
        weights: Option<&[f32]>,
        divisor: f64,
        gradient: &mut [f32],
    ) {
        let classes = self.logits.len();
        let wanted = |class: usize| {
            let smoothed = target.share_of(class) * (1.0 - smoothing) + smoothing / classes as f64;
            smoothed * weights.map_or(1.0, |weights| f64::from(weights[class]))
        };
        let total: f64 = (0..classes).map(wanted).sum();
        for (class, (probability, gradient)) in self.probabilities().zip(gradient).enumerate() {
            *gradient = ((probability * total - wanted(class)) / divisor) as f32;
        }
    }

    /// Mean over the classes of the squared difference between softmax and target.
    pub fn squared_error(&self, target: Target) -> Losses {
        let differences = self.probabilities().enumerate();
        let squares = differences.map(|(class, p)| (p - target.share_of(class)).powi(2));
        let loss = squares.sum::<f64>() / self.logits.len() as f64;
        Losses {
            weighted: loss,
            unweighted: loss,
        }
    }

    /// The gradient of the squared error divided by `divisor`, back through the softmax.
    pub fn squared_error_gradient(&self, target: Target, divisor: f64, gradient: &mut [f32]) {
        let factor = 2.0 / (self.logits.len() as f64 * divisor);
        let slope = |class: usize, p: f64| factor * (p - target.share_of(class));
        let probabilities = || self.probabilities().enumerate();
        let mean: f64 = probabilities().map(|(class, p)| p * slope(class, p)).sum();
        for ((class, p), gradient) in probabilities().zip(gradient) {
            *gradient = (p * (slope(class, p) - mean)) as f32;
        }
    }
}
