//! An ordinary Burn model, trained twice from the same weights: with Burn's own operations, and
//! with the kernels in its forward pass.
//!
//! ```text
//! cargo run --release --features flex --example train
//! ```
//!
//! Both trainings take turns step by step, so that other work on the machine meets both. The
//! losses must agree; sums in another order differ in the last digits.

use std::process::ExitCode;
use std::time::Instant;

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::{Linear, LinearConfig, PaddingConfig2d};
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::activation::relu;
use burn::tensor::module::max_pool2d;
use burn::tensor::ops::MaxPoolOptions;
use burn::tensor::{Device, Distribution, Int, Tensor};
use burn_cnn_kernels::{Activation, ConvBlock, Pool, conv_block, dense};

const BATCH: usize = 32;
const CLASSES: usize = 10;
const STEPS: usize = 40;

/// The largest difference of two losses, relative to the first loss.
const TOLERANCE: f32 = 1e-3;

/// Two convolutions of 3x3 and two dense layers for images of 28x28.
#[derive(Module, Debug)]
struct Network {
    conv_1: Conv2d,
    conv_2: Conv2d,
    hidden: Linear,
    output: Linear,
}

impl Network {
    fn new(device: &Device) -> Self {
        let conv = |channels| {
            Conv2dConfig::new(channels, [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .init(device)
        };
        Self {
            conv_1: conv([1, 32]),
            conv_2: conv([32, 64]),
            hidden: LinearConfig::new(64 * 7 * 7, 128).init(device),
            output: LinearConfig::new(128, CLASSES).init(device),
        }
    }

    /// The logits, `[batch, classes]`, by Burn's own operations.
    fn by_burn(&self, images: Tensor<4>) -> Tensor<2> {
        let pool = |x| {
            let options = MaxPoolOptions {
                kernel_size: [2, 2],
                stride: [2, 2],
                padding: [(0, 0), (0, 0)],
                dilation: [1, 1],
                ceil_mode: false,
            };
            max_pool2d(x, options)
        };
        let x = pool(relu(self.conv_1.forward(images)));
        let x = pool(relu(self.conv_2.forward(x)));
        let x = relu(self.hidden.forward(x.flatten(1, 3)));
        self.output.forward(x)
    }

    /// The same logits by the kernels.
    fn by_kernels(&self, images: Tensor<4>) -> Tensor<2> {
        let relu = Some(Activation::Relu);
        let block = ConvBlock {
            padding: [1; 4],
            activation: relu,
            pool: Some(Pool::max([2, 2])),
            ..ConvBlock::default()
        };
        let conv = |x, layer: &Conv2d, block| {
            let bias = layer.bias.as_ref().map(|bias| bias.val());
            conv_block(x, layer.weight.val(), bias, block)
        };
        let linear = |x, layer: &Linear, activation| {
            let bias = layer.bias.as_ref().map(|bias| bias.val());
            dense(x, layer.weight.val(), bias, activation)
        };
        let before_flatten = ConvBlock {
            channels_first: true,
            ..block
        };
        let x = conv(images, &self.conv_1, &block);
        let x = conv(x, &self.conv_2, &before_flatten);
        let x = linear(x.flatten(1, 3), &self.hidden, relu);
        linear(x, &self.output, None)
    }
}

type Forward = fn(&Network, Tensor<4>) -> Tensor<2>;

/// A training and the seconds of each of its steps.
struct Training {
    network: Network,
    optimizer: ModuleOptimizer,
    forward: Forward,
    seconds: Vec<f64>,
}

impl Training {
    fn new(network: Network, forward: Forward) -> Self {
        Self {
            network,
            optimizer: AdamConfig::new().init(),
            forward,
            seconds: Vec::new(),
        }
    }

    /// Takes a step and returns the loss before it.
    fn step(&mut self, images: Tensor<4>, targets: Tensor<1, Int>) -> f32 {
        let start = Instant::now();
        let logits = (self.forward)(&self.network, images);
        let loss = CrossEntropyLossConfig::new()
            .init(&logits.device())
            .forward(logits, targets);
        let gradients = GradientsParams::from_grads(loss.backward(), &self.network);
        let network = self.network.clone();
        self.network = self.optimizer.step(1e-3, network, gradients);
        self.seconds.push(start.elapsed().as_secs_f64());
        loss.into_scalar()
    }

    fn images_per_second(&mut self) -> f64 {
        self.seconds.sort_by(f64::total_cmp);
        BATCH as f64 / self.seconds[self.seconds.len() / 2]
    }
}

fn main() -> ExitCode {
    let device = Device::flex().autodiff();
    device.seed(1);
    let network = Network::new(&device);
    let mut burn = Training::new(network.clone(), Network::by_burn);
    let mut kernels = Training::new(network, Network::by_kernels);

    // Noise: a network learns it by heart, and no data set is needed.
    let shape = [BATCH, 1, 28, 28];
    let images = Tensor::random(shape, Distribution::Uniform(0.0, 1.0), &device);
    let targets =
        Tensor::<1, Int>::arange(0..BATCH as i64, &device).remainder_scalar(CLASSES as i64);

    let (mut first, mut difference) = (None, 0.0_f32);
    for step in 0..STEPS {
        let loss = burn.step(images.clone(), targets.clone());
        let fused = kernels.step(images.clone(), targets.clone());
        let first = *first.get_or_insert(loss);
        difference = difference.max((loss - fused).abs() / first);
        if step % 10 == 0 {
            println!("step {step:>2}: loss {loss:.6} by Burn, {fused:.6} by the kernels");
        }
    }
    let [by_burn, by_kernels] = [&mut burn, &mut kernels].map(Training::images_per_second);
    println!("largest relative difference of the losses: {difference:.1e}");
    println!(
        "{by_burn:.0} images/s by Burn, {by_kernels:.0} by the kernels: {:.1} times as fast",
        by_kernels / by_burn
    );
    match difference <= TOLERANCE {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
