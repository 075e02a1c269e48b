//! The search for near duplicates.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use rayon::prelude::*;

use super::counts::{SplitSet, splits_of};
use super::groups::Group;
use super::hashes::similar_behind;
use super::pair::DuplicatePair;
use crate::data::check::sketched_image::SketchedImage;
use crate::data::decoding::{BlockProjection, cannot_correlate};
use crate::progress::{Progress, Running, Stage};

/// Pairs kept for one image, of problems and of repeated images each.
const MAX_PAIRS_PER_IMAGE: usize = 8;

/// The near duplicates among groups of equal images.
pub(super) struct NearDuplicates {
    /// For each group, the splits that hold a near duplicate of it.
    pub splits: Vec<SplitSet>,
    /// Number of pairs of groups.
    pub count: usize,
    /// Number of pairs whose labels differ.
    pub disagreeing: usize,
    /// Some pairs of each image.
    pub pairs: Vec<DuplicatePair>,
}

/// Compares the first image of every group with that of every other; `progress` counts the groups.
pub(super) fn find_near(
    images: &[SketchedImage],
    groups: &[Group],
    progress: &dyn Progress,
) -> NearDuplicates {
    let candidates = Candidates::new(images, groups);
    let tally = Tally::new(images, groups);
    let total = candidates.groups.len();
    let _stage = Running::begin(progress, Stage::images("comparing"), Some(total as u64));
    let pairs_of = |at: usize| {
        let mut kept = Vec::new();
        for other in candidates.similar_behind(at) {
            let [one, other] = [at, other].map(|at| candidates.groups[at]);
            if let Some(pair) = compare(images, groups, [one, other]) {
                tally.add([one, other], &pair);
                keep(&mut kept, pair, images);
            }
        }
        progress.advance(1);
        kept
    };
    let pairs: Vec<Vec<DuplicatePair>> = (0..total).into_par_iter().map(pairs_of).collect();
    NearDuplicates {
        splits: (tally.splits.into_iter().map(AtomicU8::into_inner)).collect(),
        count: tally.pairs.into_inner(),
        disagreeing: tally.disagreeing.into_inner(),
        pairs: pairs.concat(),
    }
}

/// The groups that can have near duplicates, sorted by the number of set bits in their hashes.
struct Candidates {
    /// Positions among all groups.
    groups: Vec<usize>,
    hashes: Vec<u64>,
    /// Contiguous copies, because the thumbnails are scattered in memory.
    projections: Vec<BlockProjection>,
}

impl Candidates {
    fn new(images: &[SketchedImage], groups: &[Group]) -> Self {
        let sketch = |group: usize| &images[groups[group][0]].sketch;
        let mut order: Vec<usize> = (0..groups.len())
            .filter(|&group| sketch(group).has_detail())
            .collect();
        order.sort_by_key(|&group| (sketch(group).hash.count_ones(), groups[group][0]));
        let projections = order
            .par_iter()
            .map(|&group| sketch(group).block_projection());
        Self {
            hashes: order.iter().map(|&group| sketch(group).hash).collect(),
            projections: projections.collect(),
            groups: order,
        }
    }

    /// Candidates behind `at` that a comparison of the thumbnails may confirm.
    fn similar_behind(&self, at: usize) -> impl Iterator<Item = usize> {
        similar_behind(&self.hashes, at).filter(move |&other| {
            !cannot_correlate(&self.projections[at], &self.projections[other])
        })
    }
}

/// The first images of two groups as a pair, if they are near duplicates.
fn compare(images: &[SketchedImage], groups: &[Group], pair: [usize; 2]) -> Option<DuplicatePair> {
    let [first, second] = pair.map(|group| groups[group][0]);
    let bits = images[first]
        .sketch
        .near_duplicate_distance(&images[second].sketch)?;
    Some(DuplicatePair {
        first: first.min(second),
        second: first.max(second),
        bits: Some(bits),
    })
}

/// Adds `pair` unless enough pairs of its kind are kept already.
fn keep(kept: &mut Vec<DuplicatePair>, pair: DuplicatePair, images: &[SketchedImage]) {
    let is_problem = pair.is_a_problem(images);
    let same_kind = kept
        .iter()
        .filter(|other| other.is_a_problem(images) == is_problem);
    if same_kind.count() < MAX_PAIRS_PER_IMAGE {
        kept.push(pair);
    }
}

/// Counts pairs from several threads.
struct Tally<'a> {
    images: &'a [SketchedImage],
    groups: &'a [Group],
    splits: Vec<AtomicU8>,
    pairs: AtomicUsize,
    disagreeing: AtomicUsize,
}

impl<'a> Tally<'a> {
    fn new(images: &'a [SketchedImage], groups: &'a [Group]) -> Self {
        Self {
            images,
            groups,
            splits: groups.iter().map(|_| AtomicU8::new(0)).collect(),
            pairs: AtomicUsize::new(0),
            disagreeing: AtomicUsize::new(0),
        }
    }

    /// Counts the groups `one` and `other`, whose first images are `pair`.
    fn add(&self, [one, other]: [usize; 2], pair: &DuplicatePair) {
        for (into, from) in [(one, other), (other, one)] {
            let splits = splits_of(self.images, &self.groups[from]);
            self.splits[into].fetch_or(splits, Ordering::Relaxed);
        }
        self.pairs.fetch_add(1, Ordering::Relaxed);
        let disagrees = usize::from(pair.labels_differ(self.images));
        self.disagreeing.fetch_add(disagrees, Ordering::Relaxed);
    }
}
