//! Batch norm with the statistics of the batch.

use burn::backend::Dispatch;
use burn::tensor::{Device, Tensor};
use proptest::prelude::*;

use super::cases::activations;
use super::properties::runner;
use super::support::{Results, backends, close, run, smooth, tensor, values};
use crate::simd::forced;
use crate::{self as kernels, Activation, BatchNormed, composed};

const EPSILON: f32 = 1e-3;

/// Relative to the largest value of a tensor: sums are taken in another order.
const TOLERANCE: f32 = 3e-5;

#[derive(Debug, Clone)]
struct Case {
    pixels: usize,
    channels: usize,
    activation: Option<Activation>,
    /// What all values have in common, in units of their spread.
    offset: f32,
    seed: u32,
}

type Operation = fn(Tensor<2>, Tensor<1>, Tensor<1>, f32, Option<Activation>) -> BatchNormed;

fn composed_norm(
    x: Tensor<2>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f32,
    activation: Option<Activation>,
) -> BatchNormed {
    let factors = [gamma.into_dispatch(), beta.into_dispatch()];
    let [output, mean, variance] =
        composed::batch_norm::<Dispatch>(x.into_dispatch(), factors, epsilon, activation);
    BatchNormed {
        output: Tensor::from_dispatch(output),
        mean: Tensor::from_dispatch(mean).detach(),
        variance: Tensor::from_dispatch(variance).detach(),
    }
}

impl Case {
    fn x(&self) -> Vec<f32> {
        let mut x = smooth(self.seed, self.pixels * self.channels, 1.0);
        x.iter_mut().for_each(|value| *value += self.offset);
        x
    }

    fn factors(&self, device: &Device) -> [Tensor<1>; 2] {
        let gamma = smooth(self.seed + 1, self.channels, 3.0);
        let beta = smooth(self.seed + 2, self.channels, 3.0);
        [gamma, beta].map(|values| tensor(values, [self.channels], device))
    }

    /// Output, gradients and statistics.
    fn run(&self, operation: Operation, device: &Device) -> Results {
        let shape = [self.pixels, self.channels];
        let x = tensor(self.x(), shape, device);
        let [gamma, beta] = self.factors(device);
        // Where an activation bends, rounding decides which slope a value gets.
        let plain = composed_norm(x.clone(), gamma.clone(), beta.clone(), EPSILON, None);
        let bends = |value: f32| value.abs() < 1e-3 || (value - 6.0).abs() < 1e-3;
        let steady: Vec<bool> = values(plain.output)
            .into_iter()
            .map(|v| !bends(v))
            .collect();
        let upstream = |len| {
            let values = smooth(self.seed + 3, len, 1.0).into_iter().zip(&steady);
            values
                .map(|(v, &steady)| if steady { v } else { 0.0 })
                .collect()
        };
        let norm = |x: Tensor<2>, gamma: Tensor<2>, beta: Option<Tensor<1>>| {
            let beta = beta.expect("given below");
            operation(x, gamma.reshape([-1]), beta, EPSILON, self.activation).output
        };
        let leaves = [x.clone(), gamma.clone().unsqueeze()];
        let mut results = run(leaves, Some(beta.clone()), norm, upstream);
        let done = operation(x, gamma, beta, EPSILON, self.activation);
        results.push(("output without gradients", values(done.output)));
        results.push(("mean", values(done.mean)));
        results.push(("variance", values(done.variance)));
        results
    }
}

fn cases() -> impl Strategy<Value = Case> {
    // More pixels than a block has, or few.
    let sizes = prop_oneof![
        (2..=60_usize, 1..=130_usize),
        (2_000..=5_000_usize, 1..=20_usize)
    ];
    (sizes, activations(), -3.0..3.0_f32, 0..1_000_u32).prop_map(
        |((pixels, channels), activation, offset, seed)| Case {
            pixels,
            channels,
            activation,
            offset,
            seed: 4 * seed,
        },
    )
}

#[test]
fn a_batch_norm_gives_what_its_parts_give() {
    for backend in backends() {
        let run = runner(300).run(&cases(), |case| {
            let actual = case.run(kernels::batch_norm, &backend.device);
            let expected = case.run(composed_norm, &backend.device);
            close(&actual, &expected, TOLERANCE).map_err(TestCaseError::fail)
        });
        run.unwrap_or_else(|error| panic!("{}: {error}", backend.name));
    }
}

#[test]
fn every_instruction_set_normalises_alike() {
    for (name, arch) in forced::all() {
        for backend in backends() {
            let run = runner(60).run(&cases(), |case| {
                let run = || case.run(kernels::batch_norm, &backend.device);
                let expected = case.run(composed_norm, &backend.device);
                close(&forced::with(arch, run), &expected, TOLERANCE).map_err(TestCaseError::fail)
            });
            run.unwrap_or_else(|error| panic!("{name}, {}: {error}", backend.name));
        }
    }
}

/// Values around 1,000 with a spread of one: what 32-bit sums of squares around zero would lose.
#[test]
fn a_mean_far_from_zero_leaves_the_variance_exact() {
    let case = Case {
        pixels: 50_000,
        channels: 3,
        activation: None,
        offset: 1_000.0,
        seed: 7,
    };
    let x = case.x();
    for backend in backends() {
        let [gamma, beta] = case.factors(&backend.device);
        let input = tensor(x.clone(), [case.pixels, case.channels], &backend.device);
        let done = kernels::batch_norm(input, gamma, beta, EPSILON, None);
        let (means, variances) = (values(done.mean), values(done.variance));
        for channel in 0..case.channels {
            let of_channel = || {
                x.iter()
                    .skip(channel)
                    .step_by(case.channels)
                    .map(|&v| f64::from(v))
            };
            let count = case.pixels as f64;
            let mean = of_channel().sum::<f64>() / count;
            let variance = of_channel().map(|v| (v - mean).powi(2)).sum::<f64>() / count;
            let found = (f64::from(means[channel]), f64::from(variances[channel]));
            assert!((found.0 - mean).abs() < 1e-4, "{found:?}, not {mean}");
            let off = (found.1 - variance).abs() / variance;
            assert!(off < 1e-5, "{found:?}, not {variance}");
        }
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let case = Case {
        pixels: 9_000,
        channels: 24,
        activation: Some(Activation::Relu6),
        offset: 0.5,
        seed: 3,
    };
    for backend in backends() {
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let pool = pool.build().unwrap();
            pool.install(|| case.run(kernels::batch_norm, &backend.device))
        };
        let one = with(1);
        assert!(one == with(2) && one == with(5), "{}", backend.name);
    }
}

#[test]
fn the_order_in_memory_does_not_matter() {
    for backend in backends() {
        let device = &backend.device;
        let x = tensor(smooth(1, 40 * 6, 1.0), [6, 40], device);
        let [gamma, beta] = [
            tensor(vec![1.5; 6], [6], device),
            tensor(vec![0.1; 6], [6], device),
        ];
        let norm =
            |x| values(kernels::batch_norm(x, gamma.clone(), beta.clone(), EPSILON, None).output);
        let rows = values(x.clone().transpose());
        let ordered = tensor(rows, [40, 6], device);
        assert_eq!(norm(x.transpose()), norm(ordered), "{}", backend.name);
    }
}

#[test]
fn what_is_no_number_passes_as_in_the_parts() {
    for backend in backends() {
        let device = &backend.device;
        for special in [f32::NAN, f32::INFINITY, 1e30] {
            let mut x = smooth(5, 30, 1.0);
            x[4] = special;
            let input = tensor(x, [10, 3], device);
            let [gamma, beta] = [1.0, 0.5].map(|value| tensor(vec![value; 3], [3], device));
            let relu = Some(Activation::Relu);
            let run = |operation: Operation| {
                let done = operation(input.clone(), gamma.clone(), beta.clone(), EPSILON, relu);
                vec![
                    ("output", values(done.output)),
                    ("variance", values(done.variance)),
                ]
            };
            close(&run(kernels::batch_norm), &run(composed_norm), TOLERANCE)
                .unwrap_or_else(|error| panic!("{}, {special}: {error}", backend.name));
        }
    }
}
