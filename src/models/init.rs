//! Initial weights, drawn on the host so that one seed gives the same network on every backend.

use burn::module::Param;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::conv_spec::ConvSpec;
use super::error::BuildError;
use crate::random::normal;

/// How weights are drawn; biases start at zero, as in Keras.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Initialization {
    /// Uniform in `±sqrt(6 / (fan_in + fan_out))` (Glorot and Bengio 2010); Keras's default.
    #[default]
    GlorotUniform,
    /// Normal with standard deviation `sqrt(2 / fan_in)` (He et al. 2015, arXiv 1502.01852).
    HeNormal,
    /// Uniform in `±sqrt(6 / fan_in)` (He et al. 2015).
    HeUniform,
}

/// Builds layers with random weights. The order of the calls decides which layer gets which.
pub struct LayerBuilder<'a> {
    rng: ChaCha8Rng,
    initialization: Initialization,
    device: &'a Device,
    /// How many more weights may be drawn.
    budget: usize,
}

/// Most weights a network may have: 1 GiB of 32-bit floats, and four times that while Adam trains
/// them. VGG-19, the largest network here, has 144 million.
const MAX_WEIGHTS: usize = 1 << 28;

impl<'a> LayerBuilder<'a> {
    /// Draws from `seed` and places the weights on `device`.
    pub fn new(seed: u64, initialization: Initialization, device: &'a Device) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            initialization,
            device,
            budget: MAX_WEIGHTS,
        }
    }

    /// Takes a weight of shape `factors` from the budget.
    fn spend(&mut self, factors: &[usize]) -> Result<(), BuildError> {
        let weights = factors.iter().copied().fold(1, usize::saturating_mul);
        match self.budget.checked_sub(weights) {
            Some(left) => {
                self.budget = left;
                Ok(())
            }
            None => Err(BuildError::TooManyWeights {
                factors: factors.to_vec(),
                limit: MAX_WEIGHTS,
            }),
        }
    }

    /// The device the layers are placed on.
    pub fn device(&self) -> &Device {
        self.device
    }

    /// A convolution, weight `[out_channels, in_channels / groups, height, width]`.
    ///
    /// # Errors
    /// The network would have more than [`MAX_WEIGHTS`].
    pub fn conv(&mut self, spec: ConvSpec) -> Result<Conv2d, BuildError> {
        let [height, width] = spec.kernel_size;
        let per_group = spec.in_channels / spec.groups;
        self.spend(&[spec.out_channels, per_group, height, width])?;
        let mut conv = Conv2dConfig::new([spec.in_channels, spec.out_channels], spec.kernel_size)
            .with_stride(spec.stride)
            .with_dilation(spec.dilation)
            .with_groups(spec.groups)
            .with_padding(spec.padding)
            .with_bias(spec.bias)
            .with_initializer(Initializer::Zeros)
            .init(self.device);
        let area: usize = spec.kernel_size.iter().product();
        let fan_in = spec.in_channels / spec.groups * area;
        let fan_out = spec.out_channels * area;
        conv.weight = self.weights(conv.weight.dims(), fan_in, fan_out);
        Ok(conv)
    }

    /// A dense layer, weight `[inputs, outputs]`.
    ///
    /// # Errors
    /// The network would have more than [`MAX_WEIGHTS`].
    pub fn dense(&mut self, inputs: usize, outputs: usize) -> Result<Linear, BuildError> {
        self.spend(&[inputs, outputs])?;
        let mut dense = LinearConfig::new(inputs, outputs)
            .with_initializer(Initializer::Zeros)
            .init(self.device);
        dense.weight = self.weights([inputs, outputs], inputs, outputs);
        Ok(dense)
    }

    fn weights<const D: usize>(
        &mut self,
        shape: [usize; D],
        fan_in: usize,
        fan_out: usize,
    ) -> Param<Tensor<D>> {
        let (fan_in, fan_out) = (fan_in as f32, fan_out as f32);
        let count = shape.iter().product();
        let values: Vec<f32> = match self.initialization {
            Initialization::GlorotUniform => self.uniform(count, (6.0 / (fan_in + fan_out)).sqrt()),
            Initialization::HeUniform => self.uniform(count, (6.0 / fan_in).sqrt()),
            Initialization::HeNormal => {
                let deviation = (2.0 / fan_in).sqrt();
                (0..count)
                    .map(|_| normal(&mut self.rng) * deviation)
                    .collect()
            }
        };
        Param::from_data(TensorData::new(values, shape), self.device)
    }

    fn uniform(&mut self, count: usize, limit: f32) -> Vec<f32> {
        (0..count)
            .map(|_| self.rng.random_range(-limit..=limit))
            .collect()
    }
}
