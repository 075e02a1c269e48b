//! Pairs of duplicates, by position.

use std::cmp::Ordering;

use crate::data::check::sketched_image::SketchedImage;

/// Two duplicates, by their positions among all images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::data::check) struct DuplicatePair {
    pub first: usize,
    pub second: usize,
    /// Hamming distance of the hashes; `None` if all pixel values are equal.
    pub bits: Option<u32>,
}

impl DuplicatePair {
    /// Whether the images are in different splits.
    pub fn crosses_splits(&self, images: &[SketchedImage]) -> bool {
        images[self.first].split != images[self.second].split
    }

    /// Whether the labels of the images differ.
    pub fn labels_differ(&self, images: &[SketchedImage]) -> bool {
        images[self.first].label != images[self.second].label
    }

    /// Whether the pair is a leak or a labelling error, and not just a repeated image.
    pub fn is_a_problem(&self, images: &[SketchedImage]) -> bool {
        self.crosses_splits(images) || self.labels_differ(images)
    }

    /// Orders pairs by severity: across splits, then with different labels, then by distance.
    pub fn by_severity(&self, other: &Self, images: &[SketchedImage]) -> Ordering {
        let key = |pair: &Self| {
            let positions = (pair.first, pair.second);
            (
                !pair.crosses_splits(images),
                !pair.labels_differ(images),
                pair.bits,
                positions,
            )
        };
        key(self).cmp(&key(other))
    }
}
