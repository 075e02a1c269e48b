//! How many images are duplicates, by split.

use serde::Serialize;

use crate::data::check::place::SPLITS;
use crate::data::check::sketched_image::SketchedImage;

/// Numbers of images, or pairs, that are duplicates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// With equal pixel values.
    pub exact: usize,
    /// Near duplicates only.
    pub near: usize,
}

impl Counts {
    /// Exact and near duplicates.
    pub fn all(self) -> usize {
        self.exact + self.near
    }
}

/// `[into][from]`: images of split `into` that split `from` holds as well; for `into == from`, as
/// another image of the split.
pub(in crate::data::check) type SplitCounts = [[Counts; SPLITS.len()]; SPLITS.len()];

/// A set of splits, as a bit for each.
pub(super) type SplitSet = u8;

/// The splits of the images at `positions`.
pub(super) fn splits_of(images: &[SketchedImage], positions: &[usize]) -> SplitSet {
    (positions.iter()).fold(0, |set, &position| set | 1 << images[position].split)
}

/// Adds a group of equal images, at `positions`, to `counts`; `near` are the splits that hold a near
/// duplicate of them.
pub(super) fn add_group(
    counts: &mut SplitCounts,
    images: &[SketchedImage],
    positions: &[usize],
    near: SplitSet,
) {
    let mut members = [0; SPLITS.len()];
    for &position in positions {
        members[images[position].split] += 1;
    }
    for (into, counts) in counts.iter_mut().enumerate() {
        for (from, counts) in counts.iter_mut().enumerate() {
            match members[from] > usize::from(into == from) {
                true => counts.exact += members[into],
                false if near >> from & 1 == 1 => counts.near += members[into],
                false => {}
            }
        }
    }
}
