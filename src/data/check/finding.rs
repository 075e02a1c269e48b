//! What the checks find.

use serde::Serialize;

use super::duplicates::Counts;
use super::place::Pair;

/// Severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Training is refused.
    Error,
    /// Results may be misleading.
    Warning,
    /// For information.
    Note,
}

/// Something unusual about a data set.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    pub level: Level,
    #[serde(flatten)]
    pub about: About,
}

/// What a finding is about.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum About {
    /// Images of split `into` that split `from` holds as well.
    Leak {
        into: &'static str,
        from: &'static str,
        #[serde(flatten)]
        counts: Counts,
        /// Fraction of the images of `into`.
        share: f64,
        /// Fraction above which this is an error.
        limit: f64,
    },
    /// Pairs of duplicates with different labels.
    Disagreement(Counts),
    /// Images that occur more than once in their split.
    Repeated {
        split: &'static str,
        #[serde(flatten)]
        counts: Counts,
        /// Fraction of the images of the split.
        share: f64,
    },
    /// Files that cannot be read.
    Unreadable { files: usize },
    /// Images of one colour.
    Constant { count: usize },
    /// A class without images in a split that is not empty.
    Absent { class: String, split: &'static str },
    /// Very different numbers of training images by class.
    Imbalance {
        largest: String,
        smallest: String,
        /// Numbers of images of the largest and of the smallest class.
        most: usize,
        fewest: usize,
    },
    /// The class can be predicted from the corners of the images.
    Background {
        /// Fraction of the variance that is between the classes.
        explained: f64,
        darkest: String,
        lightest: String,
        /// Mean grey levels of these two classes.
        low: f32,
        high: f32,
    },
}

impl Finding {
    /// Whether `pair` is an example of this finding.
    pub fn concerns(&self, pair: &Pair) -> bool {
        let [one, other] = &pair.images;
        let splits = [one.split, other.split];
        match self.about {
            About::Leak { into, from, .. } => splits == [from, into],
            About::Disagreement(_) => one.class != other.class,
            About::Repeated { split, .. } => splits == [split, split],
            _ => false,
        }
    }
}
