//! Images that are there twice, exactly or nearly.
//!
//! Exactly: the same values in the network's size. Nearly: a perceptual hash of at most
//! [`MOST_BITS`] other bits, confirmed by a thumbnail. Images of hardly more than one value and
//! those smaller than a thumbnail are compared exactly only, those of one colour not at all: they
//! all look alike.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;
use serde::Serialize;

use super::SPLITS;
use crate::data::decoding::{MOST_BITS, Outline, Sketch, apart};
use crate::progress::{Progress, Running, Stage};

/// An image of one of the splits.
pub(super) struct Candidate {
    /// Position in [`SPLITS`].
    pub split: usize,
    /// In the split.
    pub index: usize,
    pub label: usize,
    pub sketch: Sketch,
}

/// Two images that show the same, by their positions among the candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Twins {
    pub first: usize,
    pub second: usize,
    /// Bits of the hashes that differ; `None` where the images are the same value for value.
    pub bits: Option<u32>,
}

/// How many images are elsewhere as well.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Value for value.
    pub exact: usize,
    /// Only nearly.
    pub near: usize,
}

impl Counts {
    /// Exactly or nearly.
    pub fn all(self) -> usize {
        self.exact + self.near
    }
}

/// What was found.
#[derive(Default)]
pub(super) struct Duplicates {
    /// `[into][from]`: images of split `into` that are in split `from` as well, for `into == from`
    /// as another image of it.
    pub counts: [[Counts; SPLITS.len()]; SPLITS.len()],
    /// Pairs whose labels disagree.
    pub disagreeing: Counts,
    /// The most telling first: across splits, then with labels that disagree.
    pub twins: Vec<Twins>,
    /// Pairs in all; of a group of images that are the same, each with the first.
    pub pairs: usize,
}

/// Pairs kept of one image, of each kind, and of all.
const PER_IMAGE: usize = 8;
const KEPT: usize = 1000;

/// Compares all `candidates`, each with all others.
pub(super) fn find(candidates: &[Candidate], progress: &dyn Progress) -> Duplicates {
    let groups = groups(candidates);
    let mut found = Duplicates::default();
    let exact = groups.iter().flat_map(|members| {
        let first = members[0];
        members[1..].iter().map(move |&second| Twins {
            first,
            second,
            bits: None,
        })
    });
    found.twins.extend(exact);
    found.pairs = found.twins.len();
    let disagrees = |twins: &Twins| candidates[twins.first].label != candidates[twins.second].label;
    found.disagreeing.exact = found.twins.iter().filter(|twins| disagrees(twins)).count();

    let (near, twins) = Near::search(candidates, &groups, progress);
    found.pairs += near.pairs.into_inner();
    found.disagreeing.near = near.disagreeing.into_inner();
    found.twins.extend(twins);
    for (members, splits) in groups.iter().zip(near.splits) {
        count(candidates, members, splits.into_inner(), &mut found.counts);
    }
    found.twins.sort_by_key(|twins| {
        let across = candidates[twins.first].split != candidates[twins.second].split;
        let places = (twins.first, twins.second);
        (!across, !disagrees(twins), twins.bits, places)
    });
    found.twins.truncate(KEPT);
    found
}

/// Candidates that are the same value for value, each group in their order.
fn groups(candidates: &[Candidate]) -> Vec<Vec<usize>> {
    let digest = |position: usize| candidates[position].sketch.digest;
    let varied = |&position: &usize| !candidates[position].sketch.constant;
    let mut order: Vec<usize> = (0..candidates.len()).filter(varied).collect();
    order.sort_by_key(|&position| (digest(position), position));
    let groups = order.chunk_by(|&a, &b| digest(a) == digest(b));
    groups.map(<[usize]>::to_vec).collect()
}

/// Adds the `members` of a group to `counts`; `near` has a bit for each split with an image that
/// is nearly the same.
fn count(
    candidates: &[Candidate],
    members: &[usize],
    near: u8,
    counts: &mut [[Counts; SPLITS.len()]; SPLITS.len()],
) {
    let mut held = [0; SPLITS.len()];
    for &member in members {
        held[candidates[member].split] += 1;
    }
    for (into, counts) in counts.iter_mut().enumerate() {
        for (from, counts) in counts.iter_mut().enumerate() {
            match held[from] > usize::from(into == from) {
                true => counts.exact += held[into],
                false if near >> from & 1 == 1 => counts.near += held[into],
                false => {}
            }
        }
    }
}

/// The search for images that are nearly the same.
struct Near {
    /// For each group, a bit for each split that holds one.
    splits: Vec<AtomicU8>,
    pairs: AtomicUsize,
    disagreeing: AtomicUsize,
}

impl Near {
    /// Every group is compared, by its first member, with those whose hash has about as many bits
    /// set: two numbers of set bits differ by no more than the hashes do. Some pairs of each image
    /// come along.
    fn search(
        candidates: &[Candidate],
        groups: &[Vec<usize>],
        progress: &dyn Progress,
    ) -> (Self, Vec<Twins>) {
        let first = |group: usize| &candidates[groups[group][0]];
        let ones = |group: usize| first(group).sketch.hash.count_ones();
        let mut order: Vec<usize> = (0..groups.len())
            .filter(|&group| first(group).sketch.is_telling())
            .collect();
        order.sort_by_key(|&group| (ones(group), groups[group][0]));
        let hashes: Vec<u64> = (order.iter().map(|&group| first(group).sketch.hash)).collect();
        // Beside each other: thumbnails lie all over the memory.
        let outlines = order.par_iter().map(|&group| first(group).sketch.outline());
        let outlines: Vec<Outline> = outlines.collect();

        let found = Self {
            splits: groups.iter().map(|_| AtomicU8::new(0)).collect(),
            pairs: AtomicUsize::new(0),
            disagreeing: AtomicUsize::new(0),
        };
        let stage = Stage::images("comparing");
        let _stage = Running::begin(progress, stage, Some(order.len() as u64));
        let of_one = |at: usize| {
            let most = hashes[at].count_ones() + MOST_BITS;
            let others = &hashes[at + 1..];
            let window = others.partition_point(|hash| hash.count_ones() <= most);
            let mut alike = Vec::new();
            Arch::new().dispatch(Alike {
                hash: hashes[at],
                others: &others[..window],
                found: &mut alike,
            });
            let mut kept = Vec::new();
            for other in alike.into_iter().map(|other| at + 1 + other) {
                if !apart(&outlines[at], &outlines[other]) {
                    found.compare(candidates, groups, [order[at], order[other]], &mut kept);
                }
            }
            progress.advance(1);
            kept
        };
        let twins: Vec<Vec<Twins>> = (0..order.len()).into_par_iter().map(of_one).collect();
        (found, twins.concat())
    }

    /// Looks at two groups whose hashes are alike.
    fn compare(
        &self,
        candidates: &[Candidate],
        groups: &[Vec<usize>],
        pair: [usize; 2],
        kept: &mut Vec<Twins>,
    ) {
        let [first, second] = pair.map(|group| groups[group][0]);
        let (one, other) = (&candidates[first], &candidates[second]);
        let Some(bits) = one.sketch.nearness(&other.sketch) else {
            return;
        };
        for (into, from) in [(pair[0], pair[1]), (pair[1], pair[0])] {
            let splits = groups[from].iter().map(|&member| candidates[member].split);
            let splits = splits.fold(0, |bits, split| bits | 1 << split);
            self.splits[into].fetch_or(splits, Ordering::Relaxed);
        }
        self.pairs.fetch_add(1, Ordering::Relaxed);
        let disagree = one.label != other.label;
        if disagree {
            self.disagreeing.fetch_add(1, Ordering::Relaxed);
        }
        let is_telling = |twins: &Twins| {
            let (one, other) = (&candidates[twins.first], &candidates[twins.second]);
            one.split != other.split || one.label != other.label
        };
        let twins = Twins {
            first: first.min(second),
            second: first.max(second),
            bits: Some(bits),
        };
        let telling = is_telling(&twins);
        let alike = kept.iter().filter(|other| is_telling(other) == telling);
        if alike.count() < PER_IMAGE {
            kept.push(twins);
        }
    }
}

/// Adds to `found` where in `others` the hashes are that differ from `hash` in few bits.
struct Alike<'a> {
    hash: u64,
    others: &'a [u64],
    found: &'a mut Vec<usize>,
}

impl WithSimd for Alike<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        /// Hashes compared without a branch, which makes vectors of them.
        const BLOCK: usize = 64;
        let is_alike = |other: u64| (other ^ self.hash).count_ones() <= MOST_BITS;
        for (number, block) in self.others.chunks(BLOCK).enumerate() {
            if block
                .iter()
                .fold(false, |any, &other| any | is_alike(other))
            {
                let places = (0..block.len()).filter(|&at| is_alike(block[at]));
                self.found.extend(places.map(|at| number * BLOCK + at));
            }
        }
    }
}
