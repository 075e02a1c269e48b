//! Groups of images with equal pixel values.

use super::pair::DuplicatePair;
use crate::data::check::sketched_image::SketchedImage;

/// Positions of images with equal pixel values, in ascending order; of an image without exact
/// duplicates, its own position.
pub(super) type Group = Vec<usize>;

/// All images but those of one colour, grouped by the digests of their pixel values.
pub(super) fn group_equal(images: &[SketchedImage]) -> Vec<Group> {
    let digest = |position: usize| images[position].sketch.digest;
    let is_varied = |&position: &usize| !images[position].sketch.constant;
    let mut order: Vec<usize> = (0..images.len()).filter(is_varied).collect();
    order.sort_by_key(|&position| (digest(position), position));
    let groups = order.chunk_by(|&a, &b| digest(a) == digest(b));
    groups.map(<[usize]>::to_vec).collect()
}

/// The pairs of the first image of each group with every other.
pub(super) fn exact_pairs(groups: &[Group]) -> impl Iterator<Item = DuplicatePair> {
    groups.iter().flat_map(|group| {
        let first = group[0];
        group[1..].iter().map(move |&second| DuplicatePair {
            first,
            second,
            bits: None,
        })
    })
}
