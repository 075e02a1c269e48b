//! The optimizer of a configuration, with PyTorch's meaning of every setting.
//!
//! A step takes one pass over each parameter, see [`kernels`]. The states have the names that
//! Burn's own have in a checkpoint.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::{
    AdamState, AdaptiveMomentumState, GradientsParams, LearningRate, ModuleOptimizer, Optimizer,
    RecordState, StateSink, StateSource,
};
use burn::tensor::{Device, Tensor};

use crate::experiment::{OptimizerKind, TrainingConfig};
use kernels::{AdamStep, RmsPropStep, SgdStep};

/// Builds the optimizer; Burn's own defaults differ from PyTorch's and are not used.
pub fn optimizer(config: &TrainingConfig) -> ModuleOptimizer {
    let decay = config.weight_decay as f32;
    let adam = |decoupled| Adam {
        epsilon: config.epsilon as f32,
        decay,
        decoupled,
    };
    match config.optimizer {
        OptimizerKind::Adam => ModuleOptimizer::from(adam(false)),
        OptimizerKind::AdamW => ModuleOptimizer::from(adam(true)),
        OptimizerKind::Sgd => ModuleOptimizer::from(Sgd {
            momentum: config.momentum as f32,
            nesterov: config.nesterov,
            decay,
        }),
        OptimizerKind::RmsProp => ModuleOptimizer::from(RmsProp {
            momentum: config.momentum as f32,
            epsilon: config.epsilon as f32,
            decay,
        }),
    }
}

/// Adam, or AdamW where the weight decay is decoupled from the gradient.
#[derive(Debug, Clone)]
struct Adam {
    epsilon: f32,
    decay: f32,
    decoupled: bool,
}

impl Adam {
    const BETA_1: f32 = 0.9;
    const BETA_2: f32 = 0.999;
}

impl Optimizer for Adam {
    type State<const D: usize> = AdamState<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        parameter: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<AdamState<D>>,
    ) -> (Tensor<D>, Option<AdamState<D>>) {
        let (time, moments) = match state {
            Some(AdamState { momentum }) => {
                (momentum.time + 1, [momentum.moment_1, momentum.moment_2])
            }
            None => (1, [gradient.zeros_like(), gradient.zeros_like()]),
        };
        let correction = |beta: f32| 1.0 - beta.powi(time as i32);
        let root = correction(Self::BETA_2).sqrt();
        let rate = rate as f32;
        let [parameter, first, second] = kernels::adam_step(
            parameter,
            gradient,
            moments,
            AdamStep {
                beta_1: Self::BETA_1,
                beta_2: Self::BETA_2,
                rate: rate * root / correction(Self::BETA_1),
                epsilon: self.epsilon * root,
                decay: if self.decoupled { 0.0 } else { self.decay },
                shrink: if self.decoupled {
                    1.0 - rate * self.decay
                } else {
                    1.0
                },
            },
        );
        let momentum = AdaptiveMomentumState::new(time, first, second);
        (parameter, Some(AdamState::new(momentum)))
    }

    fn to_device<const D: usize>(mut state: AdamState<D>, device: &Device) -> AdamState<D> {
        state.momentum = state.momentum.to_device(device);
        state
    }
}

/// Gradient descent, with or without momentum.
#[derive(Debug, Clone)]
struct Sgd {
    /// `0` where there is none.
    momentum: f32,
    nesterov: bool,
    decay: f32,
}

/// What [`Sgd`] remembers of a parameter.
#[derive(Clone)]
struct Velocity<const D: usize>(Tensor<D>);

impl<const D: usize> RecordState for Velocity<D> {
    fn state_flatten(&self, prefix: &str, out: &mut StateSink) {
        out.push_tensor(prefix, "velocity", self.0.to_data());
    }

    fn state_unflatten(prefix: &str, source: &mut StateSource, device: &Device) -> Option<Self> {
        let velocity = source.take_tensor(prefix, "velocity")?;
        Some(Self(Tensor::from_data(velocity, device)))
    }
}

impl Optimizer for Sgd {
    type State<const D: usize> = Velocity<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        parameter: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<Velocity<D>>,
    ) -> (Tensor<D>, Option<Velocity<D>>) {
        let velocity = match state {
            Some(Velocity(velocity)) => velocity,
            // Without momentum it is overwritten.
            None if self.momentum == 0.0 => gradient.clone(),
            None => gradient.zeros_like(),
        };
        let step = SgdStep {
            rate: rate as f32,
            momentum: self.momentum,
            nesterov: self.nesterov,
            decay: self.decay,
        };
        let [parameter, velocity] = kernels::sgd_step(parameter, gradient, velocity, step);
        (
            parameter,
            (self.momentum > 0.0).then_some(Velocity(velocity)),
        )
    }

    fn to_device<const D: usize>(state: Velocity<D>, device: &Device) -> Velocity<D> {
        Velocity(state.0.to_device(device))
    }
}

/// RMSprop, with or without momentum.
#[derive(Debug, Clone)]
struct RmsProp {
    /// `0` where there is none.
    momentum: f32,
    epsilon: f32,
    decay: f32,
}

impl RmsProp {
    const ALPHA: f32 = 0.99;
}

/// What [`RmsProp`] remembers of a parameter.
#[derive(Clone)]
struct MeanSquare<const D: usize> {
    square: Tensor<D>,
    /// Only with momentum.
    velocity: Option<Tensor<D>>,
}

impl<const D: usize> MeanSquare<D> {
    const SQUARE: &str = "square_avg.square_avg";
    const VELOCITY: &str = "momentum.buf";
}

impl<const D: usize> RecordState for MeanSquare<D> {
    fn state_flatten(&self, prefix: &str, out: &mut StateSink) {
        out.push_tensor(prefix, Self::SQUARE, self.square.to_data());
        if let Some(velocity) = &self.velocity {
            out.push_tensor(prefix, Self::VELOCITY, velocity.to_data());
        }
    }

    fn state_unflatten(prefix: &str, source: &mut StateSource, device: &Device) -> Option<Self> {
        let mut take = |name| {
            let data = source.take_tensor(prefix, name)?;
            Some(Tensor::from_data(data, device))
        };
        Some(Self {
            square: take(Self::SQUARE)?,
            velocity: take(Self::VELOCITY),
        })
    }
}

impl Optimizer for RmsProp {
    type State<const D: usize> = MeanSquare<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        parameter: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<MeanSquare<D>>,
    ) -> (Tensor<D>, Option<MeanSquare<D>>) {
        let (square, velocity) = match state {
            Some(MeanSquare { square, velocity }) => (square, velocity),
            None => (gradient.zeros_like(), None),
        };
        let velocity = velocity.unwrap_or_else(|| gradient.zeros_like());
        let step = RmsPropStep {
            rate: rate as f32,
            alpha: Self::ALPHA,
            epsilon: self.epsilon,
            momentum: self.momentum,
            decay: self.decay,
        };
        let state = [square, velocity];
        let [parameter, square, velocity] =
            kernels::rms_prop_step(parameter, gradient, state, step);
        let velocity = (self.momentum > 0.0).then_some(velocity);
        (parameter, Some(MeanSquare { square, velocity }))
    }

    fn to_device<const D: usize>(state: MeanSquare<D>, device: &Device) -> MeanSquare<D> {
        MeanSquare {
            square: state.square.to_device(device),
            velocity: state.velocity.map(|velocity| velocity.to_device(device)),
        }
    }
}

/// Scales all gradients together so that their joint L2 norm is at most `limit`.
///
/// Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks" (2013);
/// Burn's own clipping looks at one tensor at a time.
pub fn clip_global_norm<M: Module>(
    model: &M,
    mut gradients: GradientsParams,
    limit: f64,
) -> GradientsParams {
    let mut norm = SquaredNorm {
        gradients: &gradients,
        sum: 0.0,
    };
    model.visit(&mut norm);
    let norm = norm.sum.sqrt();
    if norm > limit {
        model.visit(&mut Scale {
            gradients: &mut gradients,
            // PyTorch adds the same constant.
            factor: limit / (norm + 1e-6),
        });
    }
    gradients
}

struct SquaredNorm<'a> {
    gradients: &'a GradientsParams,
    sum: f64,
}

impl ModuleVisitor for SquaredNorm<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(param.id) {
            let squares = kernels::squared_norm(gradient);
            // A read that fails here fails again, with its error, where the loss is read.
            self.sum += squares.try_into_scalar::<f64>().unwrap_or(0.0);
        }
    }
}

struct Scale<'a> {
    gradients: &'a mut GradientsParams,
    factor: f64,
}

impl ModuleVisitor for Scale<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            let scaled = kernels::scale(gradient, self.factor as f32);
            self.gradients.register(param.id, scaled);
        }
    }
}
