//! Dropout drops as many values as it should, in places that the seed alone decides, and its
//! gradient drops the same.

use burn::tensor::{DType, Tensor};

use super::support::{Backend, backends, smooth, tensor, values};
use crate::dropout;

/// More than the share of one thread.
const SHAPE: [usize; 2] = [300, 211];
const LEN: usize = SHAPE[0] * SHAPE[1];

fn dropped(backend: &Backend, x: Vec<f32>, probability: f64, seed: u64) -> Vec<f32> {
    backend.device.seed(seed);
    values(dropout(tensor(x, SHAPE, &backend.device), probability))
}

#[test]
fn the_share_of_zeros_is_the_probability_and_the_others_are_scaled() {
    for backend in backends() {
        for probability in [0.0, 0.01, 0.25, 0.5, 0.9] {
            let output = dropped(&backend, vec![1.0; LEN], probability, 7);
            let zeros = output.iter().filter(|value| **value == 0.0).count();
            let deviation = (LEN as f64 * probability * (1.0 - probability)).sqrt();
            let distance = (zeros as f64 - LEN as f64 * probability).abs();
            assert!(
                distance <= 4.0 * deviation,
                "{}: {zeros} zeros of {LEN} for {probability}",
                backend.name
            );
            let scale = (1.0 / (1.0 - probability)) as f32;
            assert!(output.iter().all(|value| *value == 0.0 || *value == scale));
        }
    }
}

#[test]
fn the_seed_alone_decides_what_is_dropped() {
    for backend in backends() {
        let x = smooth(1, LEN, 1.0);
        let first = dropped(&backend, x.clone(), 0.5, 7);
        assert_eq!(
            first,
            dropped(&backend, x.clone(), 0.5, 7),
            "{}",
            backend.name
        );
        let one_thread = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build()
            .unwrap();
        let alone = one_thread.install(|| dropped(&backend, x.clone(), 0.5, 7));
        assert_eq!(first, alone, "{}: another number of threads", backend.name);

        let other = dropped(&backend, x, 0.5, 8);
        let same = first
            .iter()
            .zip(&other)
            .filter(|(a, b)| (**a == 0.0) == (**b == 0.0));
        let share = same.count() as f64 / LEN as f64;
        assert!(
            (share - 0.5).abs() < 0.02,
            "{}: {share} alike",
            backend.name
        );
    }
}

#[test]
fn two_masks_after_another_differ() {
    for backend in backends() {
        backend.device.seed(7);
        let x = tensor(vec![1.0; LEN], SHAPE, &backend.device);
        let [first, second] = [(); 2].map(|()| values(dropout(x.clone(), 0.5)));
        assert_ne!(first, second, "{}", backend.name);
    }
}

#[test]
fn the_gradient_is_dropped_where_the_value_is() {
    for backend in backends() {
        let x = tensor(vec![1.0; LEN], SHAPE, &backend.device);
        let x = x.autodiff().require_grad();
        let output = dropout(x.clone(), 0.3);
        let gradients = (output.clone() * 2.0).sum().backward();
        let gradient = values(x.grad(&gradients).expect("asked for"));
        let expected: Vec<f32> = values(output).iter().map(|value| 2.0 * value).collect();
        assert_eq!(gradient, expected, "{}", backend.name);
    }
}

#[test]
fn values_keep_their_places_whatever_their_order_in_memory() {
    for backend in backends() {
        let x = tensor(smooth(1, LEN, 1.0), SHAPE, &backend.device);
        for x in [x.clone().transpose(), x.clone().slice([3..200, 5..100])] {
            let output = values(dropout(x.clone(), 0.5));
            for (value, x) in output.into_iter().zip(values(x)) {
                assert!(value == 0.0 || value == 2.0 * x, "{}", backend.name);
            }
        }
    }
}

#[test]
fn nan_stays_and_double_precision_stays_double() {
    for backend in backends() {
        let output = dropped(&backend, vec![f32::NAN; LEN], 0.5, 7);
        assert!(
            output.iter().all(|value| value.is_nan()),
            "{}",
            backend.name
        );
        let x = Tensor::<2>::ones(SHAPE, &backend.device).cast(DType::F64);
        assert_eq!(dropout(x, 0.5).dtype(), DType::F64, "{}", backend.name);
    }
}
