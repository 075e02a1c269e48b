//! Search for perceptual hashes within a small Hamming distance.

use pulp::{Arch, Simd, WithSimd};

use crate::data::decoding::MAX_HASH_DISTANCE;

/// Positions in `hashes`, sorted by their number of set bits, of those behind position `at` that
/// differ from the hash there in at most [`MAX_HASH_DISTANCE`] bits.
///
/// The numbers of set bits of two hashes differ by no more than their Hamming distance, so that the
/// search ends at the first hash with too many.
pub(super) fn similar_behind(hashes: &[u64], at: usize) -> impl Iterator<Item = usize> {
    let max_ones = hashes[at].count_ones() + MAX_HASH_DISTANCE;
    let behind = &hashes[at + 1..];
    let end = behind.partition_point(|hash| hash.count_ones() <= max_ones);
    let mut found = Vec::new();
    Arch::new().dispatch(FindSimilar {
        hash: hashes[at],
        hashes: &behind[..end],
        found: &mut found,
    });
    found.into_iter().map(move |position| at + 1 + position)
}

/// Adds to `found` the positions in `hashes` that are similar to `hash`.
struct FindSimilar<'a> {
    hash: u64,
    hashes: &'a [u64],
    found: &'a mut Vec<usize>,
}

impl WithSimd for FindSimilar<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        /// Hashes compared without a branch, which the compiler vectorizes.
        const BLOCK: usize = 64;
        let is_similar = |other: u64| (other ^ self.hash).count_ones() <= MAX_HASH_DISTANCE;
        for (number, block) in self.hashes.chunks(BLOCK).enumerate() {
            if block
                .iter()
                .fold(false, |any, &other| any | is_similar(other))
            {
                let places = (0..block.len()).filter(|&at| is_similar(block[at]));
                self.found.extend(places.map(|at| number * BLOCK + at));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn the_search_finds_what_comparing_with_every_hash_finds() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        // Hashes with few set bits, so that many are close to each other.
        let mut hashes: Vec<u64> = (0..600)
            .map(|_| (0..3).fold(0, |hash, _| hash | 1 << rng.random_range(0..64)))
            .collect();
        hashes.sort_by_key(|hash| hash.count_ones());
        let mut total = 0;
        for at in 0..hashes.len() {
            let expected = (at + 1..hashes.len())
                .filter(|&other| (hashes[at] ^ hashes[other]).count_ones() <= MAX_HASH_DISTANCE);
            let expected: Vec<usize> = expected.collect();
            total += expected.len();
            assert_eq!(similar_behind(&hashes, at).collect::<Vec<_>>(), expected);
        }
        assert!(total > 100 && total < 600 * 599 / 2, "{total}");
    }
}
