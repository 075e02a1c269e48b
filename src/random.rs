//! Draws from the normal and the beta distribution.
//!
//! Own code rather than `rand_distr`, because a seed has to give the same network and the same images
//! in every version of the program: each formula keeps its order of operations and its precision.

use std::f32;
use std::f64;

use rand::{Rng, RngExt};

/// A value of mean 0 and standard deviation 1 (Box and Muller 1958), drawn in double precision.
pub fn normal(rng: &mut impl Rng) -> f32 {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    let angle = f64::consts::TAU * rng.random::<f64>();
    (radius * angle.cos()) as f32
}

/// Two independent values of mean 0 and standard deviation 1 for little more than the time of one, in
/// single precision: no value is farther than 5.8 from 0.
pub fn normal_pair(rng: &mut impl Rng) -> [f32; 2] {
    let radius = (-2.0 * (1.0 - rng.random::<f32>()).ln()).sqrt();
    let (sin, cos) = (f32::consts::TAU * rng.random::<f32>()).sin_cos();
    [radius * cos, radius * sin]
}

/// A value from 0 to 1 of the beta distribution with both parameters `alpha`, above 0.
pub fn beta(rng: &mut impl Rng, alpha: f64) -> f64 {
    let [one, two] = [(); 2].map(|()| gamma(rng, alpha));
    match one + two {
        // Both underflow where alpha is tiny; the distribution is then 0 or 1, equally likely.
        0.0 => f64::from(u8::from(rng.random_bool(0.5))),
        sum => one / sum,
    }
}

/// A value of the gamma distribution with shape `alpha` and scale 1 (Marsaglia and Tsang 2000).
fn gamma(rng: &mut impl Rng, alpha: f64) -> f64 {
    if alpha < 1.0 {
        let power = (1.0 - rng.random::<f64>()).powf(1.0 / alpha);
        return gamma(rng, alpha + 1.0) * power;
    }
    let d = alpha - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let [x, _] = normal_pair(rng).map(f64::from);
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
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn mean_and_variance(values: &[f64]) -> [f64; 2] {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let squares = values.iter().map(|value| (value - mean).powi(2));
        [mean, squares.sum::<f64>() / values.len() as f64]
    }

    #[test]
    fn normal_values_have_mean_zero_and_deviation_one() {
        let (mut rng, mut other) = (ChaCha8Rng::seed_from_u64(1), ChaCha8Rng::seed_from_u64(4));
        let pairs: Vec<f64> = (0..50_000)
            .flat_map(|_| normal_pair(&mut rng).map(f64::from))
            .collect();
        let singles: Vec<f64> = (0..100_000)
            .map(|_| f64::from(normal(&mut other)))
            .collect();
        for values in [pairs, singles] {
            let [mean, variance] = mean_and_variance(&values);
            assert!(mean.abs() < 0.015 && (variance - 1.0).abs() < 0.02);
            let beyond = values.iter().filter(|value| value.abs() > 1.96).count();
            assert!((4_600..5_400).contains(&beyond), "{beyond}");
        }
    }

    /// Trained weights and augmented images follow from these bits. Logarithm and cosine are those of
    /// the C library, so that other platforms may differ in the last ones.
    #[test]
    fn a_seed_gives_the_same_values_as_ever() {
        let rng = || ChaCha8Rng::seed_from_u64(42);
        let first = |draw: &dyn Fn(&mut ChaCha8Rng) -> f64| {
            let mut rng = rng();
            [(); 3].map(|()| draw(&mut rng))
        };
        let drawn = [
            first(&|rng| normal(rng).into()),
            first(&|rng| normal_pair(rng)[0].into()),
            first(&|rng| normal_pair(rng)[1].into()),
            first(&|rng| beta(rng, 0.2)),
            first(&|rng| beta(rng, 1.0)),
        ];
        let expected: [[f64; 3]; 5] = [
            [1.4402540922164917, -0.7356822490692139, 0.48523733019828796],
            [-0.29559487104415894, 0.535393238067627, -1.5449907779693604],
            [-0.648102879524231, -0.1729360967874527, 0.7566855549812317],
            [0.5472019520899968, 0.8156315963629992, 9.707359888324994e-8],
            [0.9310515594975511, 0.4705187699060349, 0.9117603683894109],
        ];
        let exact = cfg!(all(target_os = "linux", target_env = "gnu"));
        for (drawn, expected) in drawn.iter().flatten().zip(expected.iter().flatten()) {
            let close = (drawn - expected).abs() <= 1e-5 * expected.abs();
            assert!(if exact { drawn == expected } else { close }, "{drawn:?}");
        }
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
