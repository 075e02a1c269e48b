//! NaN, infinity and overflow: what Burn's own operations make of them, the kernels do.

use burn::tensor::{Tensor, TensorData};

use super::cases::{ConvCase, DenseCase};
use super::support::{
    Results, backends, close, composed_block, composed_dense, nothing_hidden, smooth,
};
use crate::{self as kernels, Activation, ConvBlock, Pool};

const TOLERANCE: f32 = 1e-4;
const SPECIAL: [f32; 3] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY];

fn conv_cases() -> Vec<ConvCase> {
    let maximum = Pool::max([2, 2]);
    let average = Pool::average([2, 2]);
    let mut cases = Vec::new();
    for activation in ACTIVATIONS {
        for pool in [None, Some(maximum), Some(average)] {
            for (groups, padding) in [(1, [0; 4]), (1, [1; 4]), (2, [1, 0, 2, 1])] {
                let block = ConvBlock {
                    activation,
                    pool,
                    groups,
                    padding,
                    ..ConvBlock::default()
                };
                cases.push(ConvCase {
                    images: [2, 6, 8, 8],
                    weight: [4, 6 / groups, 3, 3],
                    bias: true,
                    block,
                    seed: 0,
                });
            }
        }
    }
    cases
}

const ACTIVATIONS: [Option<Activation>; 4] = [
    None,
    Some(Activation::Relu),
    Some(Activation::Relu6),
    Some(Activation::Tanh),
];

fn dense_cases() -> Vec<DenseCase> {
    ACTIVATIONS
        .into_iter()
        .map(|activation| DenseCase {
            batch: 5,
            inputs: 19,
            outputs: 21,
            bias: true,
            activation,
            seed: 0,
        })
        .collect()
}

type Compare = fn(&Results, &Results, f32) -> Result<(), String>;

/// Runs every case with changed inputs and with `upstream`, and lists where kernels and Burn
/// differ.
fn differences(
    change: impl Fn(&mut [Vec<f32>; 3]),
    upstream: impl Fn(usize) -> Vec<f32> + Copy,
    compare: Compare,
    what: &str,
) -> Vec<String> {
    let mut found = Vec::new();
    for backend in backends() {
        let device = &backend.device;
        let mut check = |actual: Results, expected: Results, case: String| {
            if let Err(error) = compare(&actual, &expected, TOLERANCE) {
                found.push(format!("{}, {what}: {error}\n    {case}", backend.name));
            }
        };
        for case in conv_cases() {
            let mut values = case.values(smooth);
            change(&mut values);
            let run = |operation| case.run_on(values.clone(), upstream, operation, device);
            check(
                run(kernels::conv_block),
                run(composed_block),
                format!("{case:?}"),
            );
        }
        for case in dense_cases() {
            let mut values = case.values(smooth);
            change(&mut values);
            let run = |operation| case.run_on(values.clone(), upstream, operation, device);
            check(
                run(kernels::dense),
                run(composed_dense),
                format!("{case:?}"),
            );
        }
    }
    found
}

fn none(found: Vec<String>) {
    assert!(
        found.is_empty(),
        "{} differences:\n{}",
        found.len(),
        found.join("\n")
    );
}

fn ordinary(len: usize) -> Vec<f32> {
    smooth(3, len, 1.0)
}

/// Where the special value stands, from the first (0) to the last (1).
const PLACES: [f32; 3] = [0.0, 0.4, 1.0];

fn put(values: &mut [f32], place: f32, special: f32) {
    values[((values.len() - 1) as f32 * place) as usize] = special;
}

#[test]
fn a_special_value_among_the_inputs_goes_where_burn_lets_it_go() {
    let mut found = Vec::new();
    for (input, name) in ["input", "weight", "bias"].iter().enumerate() {
        for (special, place) in SPECIAL
            .into_iter()
            .flat_map(|s| PLACES.map(|place| (s, place)))
        {
            let change = |values: &mut [Vec<f32>; 3]| put(&mut values[input], place, special);
            let what = format!("{special} at {place} of the {name}");
            found.extend(differences(change, ordinary, close, &what));
        }
    }
    none(found);
}

/// The kernels multiply zeros next to a filter, so that NaN also reaches values beside the ones
/// it concerns.
#[test]
fn a_special_value_in_the_gradient_is_not_hidden() {
    let mut found = Vec::new();
    for (special, place) in SPECIAL
        .into_iter()
        .flat_map(|s| PLACES.map(|place| (s, place)))
    {
        let upstream = |len: usize| {
            let mut values = ordinary(len);
            put(&mut values, place, special);
            values
        };
        let what = format!("{special} at {place} of the gradient");
        found.extend(differences(|_| {}, upstream, nothing_hidden, &what));
    }
    none(found);
}

/// All values are positive: with both signs infinity less infinity is NaN or not according to the
/// order of the sum.
#[test]
fn what_overflows_on_the_way_does_so_as_with_burn() {
    let scales = [
        ([1e30, 1e30, 1.0], 1.0, "the output"),
        ([1.0, 1e30, 1.0], 1e30, "the gradient of the input"),
        ([1e30, 1.0, 1.0], 1e30, "the gradient of the weight"),
        ([1.0, 1.0, 3e38], 3e38, "the gradient of the bias"),
        ([1e-30, 1e-30, 1e-30], 1e-30, "nothing, it all vanishes"),
    ];
    let scaled = |values: &[f32], by: f32| values.iter().map(|v| v.abs() * by).collect();
    let mut found = Vec::new();
    for (inputs, gradient, what) in scales {
        let change = |values: &mut [Vec<f32>; 3]| {
            for (values, by) in values.iter_mut().zip(inputs) {
                *values = scaled(values, by);
            }
        };
        let upstream = |len| -> Vec<f32> { scaled(&ordinary(len), gradient) };
        found.extend(differences(
            change,
            upstream,
            close,
            &format!("too large: {what}"),
        ));
    }
    none(found);
}

/// An image whose sums might overflow takes another way than its neighbours.
#[test]
fn a_huge_image_leaves_its_neighbours_alone() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let pool = pool.unwrap();
    let block = ConvBlock {
        pool: Some(Pool::max([2, 2])),
        ..ConvBlock::default()
    };
    let values = |len: usize| (0..len).map(|at| (at * 7 % 13) as f32 / 13.0 - 0.4);
    let mut images: Vec<f32> = values(3 * 2 * 8 * 9).collect();
    images[2 * 8 * 9 + 30] = 3e37;
    for backend in backends() {
        let device = &backend.device;
        let weight = values(5 * 2 * 9)
            .map(|value| 2.0 * value)
            .collect::<Vec<_>>();
        let weight = Tensor::<4>::from_data(TensorData::new(weight, [5, 2, 3, 3]), device);
        let run = |images: &[f32]| -> Vec<f32> {
            let shape = [images.len() / 144, 2, 8, 9];
            let x = Tensor::<4>::from_data(TensorData::new(images.to_vec(), shape), device);
            let y = pool.install(|| kernels::conv_block(x, weight.clone(), None, &block));
            y.into_data().iter::<f32>().collect()
        };
        let together = run(&images);
        let alone: Vec<f32> = images.chunks(144).flat_map(run).collect();
        assert_eq!(together, alone, "{}", backend.name);
    }
}
