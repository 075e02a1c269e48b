//! Random layers for the property tests, as small as they can be and still show an error.

use burn::tensor::Device;
use proptest::array::{uniform2, uniform4};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::support::{ConvOperation, DenseOperation, Fill, Results, run, tensor, weight_scale};
use crate::{Activation, ConvBlock, Pool, PoolKind};

/// A convolution block and the seed of its values.
#[derive(Debug, Clone)]
pub struct ConvCase {
    /// `[batch, channels, height, width]`
    pub images: [usize; 4],
    /// `[out channels, channels / groups, kernel height, kernel width]`
    pub weight: [usize; 4],
    pub bias: bool,
    pub block: ConvBlock,
    pub seed: u32,
}

impl ConvCase {
    /// Kernel values of one output channel.
    pub fn taps(&self) -> usize {
        self.weight[1..].iter().product()
    }

    /// Images, weight and bias.
    pub fn values(&self, fill: Fill) -> [Vec<f32>; 3] {
        let scale = weight_scale(self.taps()) * reach(self.block.activation);
        [
            fill(self.seed, self.images.iter().product(), 1.0),
            fill(self.seed + 1, self.weight.iter().product(), scale),
            fill(
                self.seed + 2,
                self.weight[0],
                0.25 * reach(self.block.activation),
            ),
        ]
    }

    /// Runs `operation` on [`values`](Self::values).
    pub fn run(&self, fill: Fill, operation: ConvOperation, device: &Device) -> Results {
        let upstream = |len| fill(self.seed + 3, len, 1.0);
        self.run_on(self.values(fill), upstream, operation, device)
    }

    /// Runs `operation` on other images, weight and bias; `upstream` as [`run`] says.
    pub fn run_on(
        &self,
        [images, weight, bias]: [Vec<f32>; 3],
        upstream: impl Fn(usize) -> Vec<f32>,
        operation: ConvOperation,
        device: &Device,
    ) -> Results {
        let images = tensor(images, self.images, device);
        let weight = tensor(weight, self.weight, device);
        let bias = self.bias.then(|| tensor(bias, [self.weight[0]], device));
        let block = |x, weight, bias| operation(x, weight, bias, &self.block);
        run([images, weight], bias, block, upstream)
    }

    /// Rows and columns of the convolution.
    pub fn convolved(&self) -> [usize; 2] {
        let block = &self.block;
        [0, 1].map(|axis| {
            let padded = self.images[axis + 2] + block.padding[axis] + block.padding[axis + 2];
            let reach = block.dilation[axis] * (self.weight[axis + 2] - 1) + 1;
            (padded - reach) / block.stride[axis] + 1
        })
    }

    /// Multiplications of the convolution.
    pub fn cost(&self) -> usize {
        let [rows, columns] = self.convolved();
        self.images[0] * rows * columns * self.weight[0] * self.taps()
    }
}

/// Factor of weights and bias, so that sums pass all bends of an activation. With 11 none of them is 6,
/// where the slope of Burn's clamp is one and that of PyTorch's ReLU6, and of the kernel, zero.
fn reach(activation: Option<Activation>) -> f32 {
    match activation {
        Some(Activation::Relu6) => 11.0,
        _ => 1.0,
    }
}

pub fn activations() -> impl Strategy<Value = Option<Activation>> {
    select(vec![
        None,
        Some(Activation::Relu),
        Some(Activation::Relu6),
        Some(Activation::Tanh),
    ])
}

/// `[groups, channels per group, output channels per group]`
fn channels() -> impl Strategy<Value = [usize; 3]> {
    // One vector has up to 16 values: some sizes beyond it, and none a multiple only.
    let beyond = || select(vec![16_usize, 17, 31, 32, 33, 40]);
    prop_oneof![
        4 => [1..=1_usize, 1..=20_usize, 1..=20_usize],
        1 => (1..=9_usize, beyond()).prop_map(|(ins, outs)| [1, ins, outs]),
        1 => (beyond(), 1..=9_usize).prop_map(|(ins, outs)| [1, ins, outs]),
        1 => (beyond(), beyond()).prop_map(|(ins, outs)| [1, ins, outs]),
        2 => (prop_oneof![1..=20_usize, beyond()], 1..=3_usize)
            .prop_map(|(channels, multiplier)| [channels, 1, multiplier]),
        2 => [2..=5_usize, 2..=8_usize, 1..=20_usize],
    ]
}

fn pools() -> impl Strategy<Value = Option<Pool>> {
    let kinds = select(vec![
        PoolKind::Max,
        PoolKind::Max,
        PoolKind::Average {
            count_include_pad: false,
        },
        PoolKind::Average {
            count_include_pad: true,
        },
    ]);
    let sizes = (uniform2(1..=4_usize), uniform2(1..=4_usize));
    let dilation = prop_oneof![3 => Just([1, 1]), 1 => uniform2(1..=3_usize)];
    let pool = (kinds, sizes, uniform2(0..=2_usize), dilation).prop_map(
        |(kind, (kernel, stride), padding, dilation)| Pool {
            kind,
            kernel,
            stride,
            padding: [0, 1].map(|axis| padding[axis].min(kernel[axis] / 2)),
            dilation: match kind {
                PoolKind::Max => dilation,
                PoolKind::Average { .. } => [1, 1],
            },
        },
    );
    // The usual one has a way of its own.
    let pairs = Just(Pool::max([2, 2]));
    option::weighted(0.7, prop_oneof![2 => pool, 1 => pairs])
}

/// Blocks whose windows fit, with at most a million multiplications.
pub fn conv_cases() -> impl Strategy<Value = ConvCase> {
    let kernel = prop_oneof![uniform2(1..=3_usize), uniform2(1..=7_usize)];
    let padding = prop_oneof![
        1 => Just([0; 4]),
        1 => uniform4(0..=2_usize),
        1 => uniform4(0..=8_usize),
    ];
    let dilation = prop_oneof![2 => Just([1, 1]), 1 => uniform2(1..=3_usize)];
    let convolution = (kernel, uniform2(1..=3_usize), padding, dilation);
    // Rows and columns beyond the fewest that give one output value.
    let more = prop_oneof![uniform2(0..=4_usize), uniform2(0..=17_usize)];
    let rest = (activations(), pools(), any::<bool>(), 0..1000_u32);
    (1..=5_usize, channels(), convolution, more, rest)
        .prop_map(|(batch, [groups, ins, outs], convolution, more, rest)| {
            let (kernel, stride, padding, dilation) = convolution;
            let (activation, pool, bias, seed) = rest;
            let padding = [0, 1, 2, 3].map(|side| padding[side].min(kernel[side % 2] + 1));
            let size = [0, 1].map(|axis| {
                let needed = pool.map_or(1, |pool| {
                    let reach = pool.dilation[axis] * (pool.kernel[axis] - 1) + 1;
                    reach.saturating_sub(2 * pool.padding[axis]).max(1)
                });
                let reach = dilation[axis] * (kernel[axis] - 1) + 1;
                let padded = (needed - 1) * stride[axis] + reach;
                padded
                    .saturating_sub(padding[axis] + padding[axis + 2])
                    .max(1)
                    + more[axis]
            });
            ConvCase {
                images: [batch, groups * ins, size[0], size[1]],
                weight: [groups * outs, ins, kernel[0], kernel[1]],
                bias,
                block: ConvBlock {
                    stride,
                    padding,
                    dilation,
                    groups,
                    activation,
                    pool,
                    channels_first: batch % 2 == 0,
                },
                seed: 4 * seed,
            }
        })
        .prop_filter("too many multiplications", |case| case.cost() <= 1_000_000)
}

/// A dense layer and the seed of its values.
#[derive(Debug, Clone)]
pub struct DenseCase {
    pub batch: usize,
    pub inputs: usize,
    pub outputs: usize,
    pub bias: bool,
    pub activation: Option<Activation>,
    pub seed: u32,
}

impl DenseCase {
    /// Input, weight and bias.
    pub fn values(&self, fill: Fill) -> [Vec<f32>; 3] {
        let scale = weight_scale(self.inputs) * reach(self.activation);
        [
            fill(self.seed, self.batch * self.inputs, 1.0),
            fill(self.seed + 1, self.inputs * self.outputs, scale),
            fill(self.seed + 2, self.outputs, 0.25 * reach(self.activation)),
        ]
    }

    /// Runs `operation` on [`values`](Self::values).
    pub fn run(&self, fill: Fill, operation: DenseOperation, device: &Device) -> Results {
        let upstream = |len| fill(self.seed + 3, len, 1.0);
        self.run_on(self.values(fill), upstream, operation, device)
    }

    /// Runs `operation` on another input, weight and bias; `upstream` as [`run`] says.
    pub fn run_on(
        &self,
        [x, weight, bias]: [Vec<f32>; 3],
        upstream: impl Fn(usize) -> Vec<f32>,
        operation: DenseOperation,
        device: &Device,
    ) -> Results {
        let x = tensor(x, [self.batch, self.inputs], device);
        let weight = tensor(weight, [self.inputs, self.outputs], device);
        let bias = self.bias.then(|| tensor(bias, [self.outputs], device));
        let layer = |x, weight, bias| operation(x, weight, bias, self.activation);
        run([x, weight], bias, layer, upstream)
    }
}

pub fn dense_cases() -> impl Strategy<Value = DenseCase> {
    let sizes = (1..=70_usize, 1..=300_usize, 1..=200_usize);
    (sizes, any::<bool>(), activations(), 0..1000_u32).prop_map(
        |((batch, inputs, outputs), bias, activation, seed)| DenseCase {
            batch,
            inputs,
            outputs,
            bias,
            activation,
            seed: 4 * seed,
        },
    )
}
