//! McNemar's test of two classifiers on the same images.

/// Two-sided exact p-value of McNemar's test: the probability that two equally good classifiers differ
/// at least this much on the images that exactly one of them classified correctly (McNemar 1947;
/// Dietterich 1998). `only_first` and `only_second` count the images that only that one did.
pub fn mcnemar(only_first: usize, only_second: usize) -> f64 {
    let trials = only_first + only_second;
    let tail = only_first.min(only_second);
    // Each binomial coefficient follows from the last; as logarithms they do not overflow.
    let mut log_choose = 0.0;
    let mut sum = 0.0;
    for successes in 0..=tail {
        sum += (log_choose - trials as f64 * std::f64::consts::LN_2).exp();
        log_choose += (((trials - successes) as f64) / (successes + 1) as f64).ln();
    }
    (2.0 * sum).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against `scipy.stats.binomtest(min(b, c), b + c, 0.5).pvalue`.
    #[test]
    fn p_values_are_those_of_the_binomial_test() {
        for (first, second, expected) in [
            (0, 0, 1.0),
            (1, 0, 1.0),
            (10, 2, 0.038_574_218_75),
            (5, 5, 1.0),
            (30, 12, 0.007_915_897_334_896_727),
        ] {
            let p = mcnemar(first, second);
            assert!((p - expected).abs() < 1e-6, "{first} {second}: {p}");
            assert_eq!(p, mcnemar(second, first));
        }
        assert!(mcnemar(9_000, 1_000) < 1e-300);
    }
}
