//! The optimizer of a configuration, with PyTorch's meaning of every setting.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{
    AdamConfig, AdamWConfig, GradientsParams, ModuleOptimizer, RmsPropConfig, SgdConfig,
};
use burn::tensor::Tensor;

use crate::experiment::{OptimizerKind, TrainingConfig};

/// Builds the optimizer; Burn's own defaults differ from PyTorch's and are not used.
pub fn optimizer(config: &TrainingConfig) -> ModuleOptimizer {
    let epsilon = config.epsilon as f32;
    let decay =
        (config.weight_decay > 0.0).then(|| WeightDecayConfig::new(config.weight_decay as f32));
    match config.optimizer {
        OptimizerKind::Sgd => {
            let momentum = (config.momentum > 0.0).then(|| {
                MomentumConfig::new()
                    .with_momentum(config.momentum)
                    .with_dampening(0.0)
                    .with_nesterov(config.nesterov)
            });
            SgdConfig::new()
                .with_momentum(momentum)
                .with_weight_decay(decay)
                .init()
        }
        OptimizerKind::Adam => AdamConfig::new()
            .with_epsilon(epsilon)
            .with_weight_decay(decay)
            .init(),
        OptimizerKind::AdamW => AdamWConfig::new()
            .with_epsilon(epsilon)
            .with_weight_decay(config.weight_decay as f32)
            .init(),
        OptimizerKind::RmsProp => RmsPropConfig::new()
            .with_alpha(0.99)
            .with_momentum(config.momentum as f32)
            .with_epsilon(epsilon)
            .with_weight_decay(decay)
            .init(),
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
            let squares = gradient.powi_scalar(2).sum();
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
            self.gradients
                .register(param.id, gradient.mul_scalar(self.factor));
        }
    }
}
