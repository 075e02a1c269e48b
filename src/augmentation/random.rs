//! Draws from the normal and the beta distribution.

use std::f32::consts::TAU;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Two independent values of mean 0 and standard deviation 1 (Box and Muller 1958).
pub fn normal(rng: &mut ChaCha8Rng) -> [f32; 2] {
    let radius = (-2.0 * (1.0 - rng.random::<f32>()).ln()).sqrt();
    let (sin, cos) = (TAU * rng.random::<f32>()).sin_cos();
    [radius * cos, radius * sin]
}

/// A value from 0 to 1 after the beta distribution with both parameters `alpha`, above 0.
pub fn beta(rng: &mut ChaCha8Rng, alpha: f64) -> f64 {
    let [one, two] = [(); 2].map(|()| gamma(rng, alpha));
    match one + two {
        // Both are too small for their type: alpha is so small that one end or the other comes up.
        0.0 => f64::from(u8::from(rng.random_bool(0.5))),
        sum => one / sum,
    }
}

/// A value after the gamma distribution of shape `alpha` and scale 1 (Marsaglia and Tsang 2000).
fn gamma(rng: &mut ChaCha8Rng, alpha: f64) -> f64 {
    if alpha < 1.0 {
        let power = (1.0 - rng.random::<f64>()).powf(1.0 / alpha);
        return gamma(rng, alpha + 1.0) * power;
    }
    let d = alpha - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let [x, _] = normal(rng).map(f64::from);
        let v = (1.0 + c * x).powi(3);
        let limit = 0.5 * x * x + d - d * v + d * v.ln();
        if v > 0.0 && (1.0 - rng.random::<f64>()).ln() < limit {
            return d * v;
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn mean_and_variance(values: &[f64]) -> [f64; 2] {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let squares = values.iter().map(|value| (value - mean).powi(2));
        [mean, squares.sum::<f64>() / values.len() as f64]
    }

    #[test]
    fn normal_values_have_mean_zero_and_deviation_one() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let values: Vec<f64> = (0..50_000)
            .flat_map(|_| normal(&mut rng).map(f64::from))
            .collect();
        let [mean, variance] = mean_and_variance(&values);
        assert!(mean.abs() < 0.015 && (variance - 1.0).abs() < 0.02);
        let beyond = values.iter().filter(|value| value.abs() > 1.96).count();
        assert!((4_600..5_400).contains(&beyond), "{beyond}");
    }

    #[test]
    fn beta_values_have_the_variance_of_their_parameter() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        for alpha in [0.2, 0.5, 1.0, 4.0] {
            let values: Vec<f64> = (0..40_000).map(|_| beta(&mut rng, alpha)).collect();
            assert!(values.iter().all(|value| (0.0..=1.0).contains(value)));
            let [mean, variance] = mean_and_variance(&values);
            let expected = 1.0 / (4.0 * (2.0 * alpha + 1.0));
            assert!((mean - 0.5).abs() < 0.01, "{alpha}: mean {mean}");
            assert!(
                (variance - expected).abs() < 0.03 * expected,
                "{alpha}: variance {variance}, not {expected}"
            );
        }
    }

    #[test]
    fn a_tiny_parameter_gives_ends_and_no_nan() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let values: Vec<f64> = (0..1_000).map(|_| beta(&mut rng, 1e-4)).collect();
        let ends = values
            .iter()
            .filter(|value| (*value * (1.0 - *value)).abs() < 1e-6);
        assert!(ends.count() > 950);
    }
}
