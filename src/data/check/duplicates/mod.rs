//! Images that occur more than once, as exact or near duplicates.
//!
//! Exact duplicates have equal pixel values at the input size of the network. Near duplicates have
//! perceptual hashes at a small Hamming distance and thumbnails with a high correlation. Images with
//! little detail or smaller than a thumbnail are compared exactly only, images of one colour not at
//! all: all of these look alike.
//!
//! In order: `pair` and `counts`, `groups` and `hashes`, `near`.

mod counts;
mod groups;
mod hashes;
mod near;
mod pair;

use super::sketched_image::SketchedImage;
use crate::progress::Progress;
use counts::{SplitCounts, add_group};
use groups::{exact_pairs, group_equal};
use near::find_near;
use pair::DuplicatePair;

pub use counts::Counts;

/// Pairs kept of a whole data set.
const MAX_PAIRS: usize = 1000;

/// The duplicates of a data set.
#[derive(Default)]
pub(super) struct Duplicates {
    pub counts: SplitCounts,
    /// Pairs whose labels differ.
    pub disagreeing: Counts,
    /// At most [`MAX_PAIRS`] pairs: those across splits first, then those whose labels differ.
    pub pairs: Vec<DuplicatePair>,
    /// Number of all pairs; in a group of equal images, each is paired with the first.
    pub all_pairs: usize,
}

/// Compares every image with every other; `progress` counts the images.
pub(super) fn find(images: &[SketchedImage], progress: &dyn Progress) -> Duplicates {
    let groups = group_equal(images);
    let mut pairs: Vec<DuplicatePair> = exact_pairs(&groups).collect();
    let all_exact = pairs.len();
    let disagreeing = pairs.iter().filter(|pair| pair.labels_differ(images));
    let exact_disagreeing = disagreeing.count();

    let near = find_near(images, &groups, progress);
    let mut counts = SplitCounts::default();
    for (group, splits) in groups.iter().zip(near.splits) {
        add_group(&mut counts, images, group, splits);
    }
    pairs.extend(near.pairs);
    pairs.sort_by(|a, b| a.by_severity(b, images));
    pairs.truncate(MAX_PAIRS);
    Duplicates {
        counts,
        disagreeing: Counts {
            exact: exact_disagreeing,
            near: near.disagreeing,
        },
        pairs,
        all_pairs: all_exact + near.count,
    }
}
