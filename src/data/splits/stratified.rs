//! Stratified sampling: every class contributes its fraction, chosen by seed.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::split::Split;

/// Takes `fraction` of the images of every class away, chosen by `seed`: `(kept, taken)`, both in
/// file order. A class keeps at least one image.
pub(super) fn cut(split: &Split, fraction: f64, seed: u64) -> (Split, Split) {
    let total = (split.len() as f64 * fraction).round() as usize;
    let mut by_class: Vec<Vec<u32>> = Vec::new();
    for index in 0..split.len() {
        let class = split.label(index);
        if by_class.len() <= class {
            by_class.resize(class + 1, Vec::new());
        }
        by_class[class].push(split.positions()[index]);
    }
    let sizes: Vec<usize> = by_class.iter().map(Vec::len).collect();
    let counts = apportion(&sizes, fraction, total);
    let (mut kept, mut taken) = (Vec::new(), Vec::new());
    for (class, (mut members, count)) in by_class.into_iter().zip(counts).enumerate() {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(class as u64);
        members.shuffle(&mut rng);
        kept.extend_from_slice(&members[count..]);
        taken.extend_from_slice(&members[..count]);
    }
    kept.sort_unstable();
    taken.sort_unstable();
    (split.with_positions(kept), split.with_positions(taken))
}

/// At most `count` images, every class reduced by the same fraction, chosen by `seed`.
pub(super) fn limit(split: Split, count: Option<usize>, seed: u64) -> Split {
    match count {
        Some(count) if count < split.len() => {
            let fraction = 1.0 - count as f64 / split.len() as f64;
            cut(&split, fraction, seed).0
        }
        _ => split,
    }
}

/// How many images to take of each class for `total` images together: the fraction rounded down,
/// then one more from the classes with the largest remainders (Hamilton's method). At least one is
/// left in each class.
fn apportion(sizes: &[usize], fraction: f64, total: usize) -> Vec<usize> {
    let exact = |class: usize| sizes[class] as f64 * fraction;
    let most = |class: usize| sizes[class].saturating_sub(1);
    let mut counts: Vec<usize> = (0..sizes.len())
        .map(|class| (exact(class) as usize).min(most(class)))
        .collect();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|&a, &b| exact(b).fract().total_cmp(&exact(a).fract()));
    while counts.iter().sum::<usize>() < total {
        let before = counts.clone();
        for &class in &order {
            if counts[class] < most(class) && counts.iter().sum::<usize>() < total {
                counts[class] += 1;
            }
        }
        if counts == before {
            break;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_uneven_classes_are_shared_out_exactly() {
        assert_eq!(apportion(&[10, 10, 10], 0.5, 15), [5, 5, 5]);
        assert_eq!(apportion(&[4, 4, 4], 0.4, 5), [2, 2, 1]);
        assert_eq!(apportion(&[1, 1, 98], 0.5, 50), [0, 0, 50]);
        assert_eq!(apportion(&[1, 3], 0.9, 4), [0, 2]);
    }
}
