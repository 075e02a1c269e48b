//! The kernels give PyTorch's outputs and gradients; see `tests/reference/pytorch.py`, which makes
//! the fixture.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor};
use serde::Deserialize;

use super::support::{Results, backends, close, run, smooth, tensor};
use crate::{self as kernels, Activation, ConvBlock, Pool, PoolKind};

/// Relative to the largest value; the fixture is computed in f64 and has 7 digits.
const TOLERANCE: f32 = 1e-5;

#[derive(Deserialize)]
struct Fixture {
    blocks: BTreeMap<String, Block>,
    dense: BTreeMap<String, Dense>,
}

#[derive(Deserialize)]
struct Block {
    images: [usize; 4],
    weight: [usize; 4],
    bias: bool,
    stride: [usize; 2],
    padding: [usize; 4],
    dilation: [usize; 2],
    groups: usize,
    activation: Option<Activation>,
    pool: Option<Pooling>,
    seed: u32,
    #[serde(flatten)]
    expected: Expected,
}

#[derive(Deserialize)]
struct Pooling {
    kind: String,
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
    dilation: [usize; 2],
    count_include_pad: bool,
}

#[derive(Deserialize)]
struct Dense {
    input: [usize; 2],
    weight: [usize; 2],
    bias: bool,
    activation: Option<Activation>,
    seed: u32,
    #[serde(flatten)]
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    output: Vec<f32>,
    gradients: Gradients,
}

#[derive(Deserialize)]
struct Gradients {
    input: Vec<f32>,
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Expected {
    fn results(&self) -> Results {
        let Gradients {
            input,
            weight,
            bias,
        } = &self.gradients;
        let all = [
            ("output", &self.output),
            ("gradient of the input", input),
            ("gradient of the weight", weight),
            ("gradient of the bias", bias),
        ];
        let there = all.into_iter().filter(|(_, values)| !values.is_empty());
        there.map(|(name, values)| (name, values.clone())).collect()
    }
}

impl Block {
    fn block(&self) -> ConvBlock {
        let pool = self.pool.as_ref().map(|pool| Pool {
            kind: match pool.kind.as_str() {
                "max" => PoolKind::Max,
                _ => PoolKind::Average {
                    count_include_pad: pool.count_include_pad,
                },
            },
            kernel: pool.kernel,
            stride: pool.stride,
            padding: pool.padding,
            dilation: pool.dilation,
        });
        ConvBlock {
            stride: self.stride,
            padding: self.padding,
            dilation: self.dilation,
            groups: self.groups,
            activation: self.activation,
            pool,
            channels_first: false,
        }
    }
}

fn fixture() -> Fixture {
    let text = include_str!("../../tests/fixtures/pytorch.json");
    serde_json::from_str(text).unwrap()
}

/// The formula's values.
fn filled<const D: usize>(seed: u32, shape: [usize; D], scale: f32, device: &Device) -> Tensor<D> {
    tensor(smooth(seed, shape.iter().product(), scale), shape, device)
}

#[test]
fn convolution_blocks_give_what_pytorch_gives() {
    for backend in backends() {
        let device = &backend.device;
        for (name, case) in fixture().blocks {
            let images = filled(case.seed, case.images, 1.0, device);
            let weight = filled(case.seed + 1, case.weight, 0.25, device);
            let bias = case
                .bias
                .then(|| filled(case.seed + 2, [case.weight[0]], 0.25, device));
            let block = case.block();
            let layer = |x, weight, bias| kernels::conv_block(x, weight, bias, &block);
            let actual = run([images, weight], bias, layer, |len| {
                smooth(case.seed + 3, len, 1.0)
            });
            close(&actual, &case.expected.results(), TOLERANCE)
                .unwrap_or_else(|error| panic!("{}, {name}: {error}", backend.name));
        }
    }
}

#[test]
fn dense_layers_give_what_pytorch_gives() {
    for backend in backends() {
        let device = &backend.device;
        for (name, case) in fixture().dense {
            let x = filled(case.seed, case.input, 1.0, device);
            let weight = filled(case.seed + 1, case.weight, 0.25, device);
            let bias = case
                .bias
                .then(|| filled(case.seed + 2, [case.weight[1]], 0.25, device));
            let layer = |x, weight, bias| kernels::dense(x, weight, bias, case.activation);
            let actual = run([x, weight], bias, layer, |len| {
                smooth(case.seed + 3, len, 1.0)
            });
            close(&actual, &case.expected.results(), TOLERANCE)
                .unwrap_or_else(|error| panic!("{}, {name}: {error}", backend.name));
        }
    }
}
