//! Which layers are trained in which epoch, and how fast.
//!
//! First the head alone, so that its random weights do not spoil the features; then the features
//! as well, those near the image more slowly than those near the head. Howard and Ruder, "Universal
//! Language Model Fine-tuning for Text Classification" (2018, arXiv 1801.06146), section 3.2:
//! discriminative fine-tuning and gradual unfreezing.

use std::collections::HashSet;

use burn::module::{Flag, Module, ModuleVisitor, Param, ParamGroup, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use super::error::TrainError;
use crate::experiment::{NormStatistics, TransferConfig};
use crate::models::{Layer, NamedLayers, Network};
use crate::text::did_you_mean;

/// Layers that share a learning rate and the epoch from which they are trained.
#[derive(Debug, Default)]
struct Group {
    parameters: Vec<ParamId>,
    /// The flags of batch norm: whether it normalises with the statistics of the batch.
    statistics: Vec<ParamId>,
    /// Its learning rate as a multiple of the step's.
    rate: f64,
    /// The first epoch in which it is trained, from 1; `None` for layers that stay frozen.
    from_epoch: Option<usize>,
    /// Whether it starts from random weights, so that its batch norm has no statistics to keep.
    is_new: bool,
}

/// Which layers a fine-tuning trains in which epoch, and with which learning rate.
#[derive(Debug)]
pub struct Freezing {
    groups: Vec<Group>,
    statistics: NormStatistics,
}

/// The identities of the parameters and flags within layers.
#[derive(Default)]
struct Ids {
    parameters: Vec<ParamId>,
    flags: Vec<ParamId>,
}

impl ModuleVisitor for Ids {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.parameters.push(param.id);
    }

    fn visit_flag(&mut self, flag: &Param<Flag>) {
        self.flags.push(flag.id);
    }
}

fn group(layers: &NamedLayers, rate: f64, from_epoch: Option<usize>) -> Group {
    let mut ids = Ids::default();
    layers.iter().for_each(|(_, layer)| layer.visit(&mut ids));
    Group {
        parameters: ids.parameters,
        statistics: ids.flags,
        rate,
        from_epoch,
        is_new: false,
    }
}

impl Freezing {
    /// What `config` says for `network`; `None` for a network that is not cut into features and head.
    ///
    /// # Errors
    /// There is no layer `unfreeze_from`.
    pub fn new(config: &TransferConfig, network: &Network) -> Result<Option<Self>, TrainError> {
        let Network::Backbone(backbone) = network else {
            return Ok(None);
        };
        let features = backbone.features.layers();
        let first = match &config.unfreeze_from {
            None => 0,
            Some(wanted) => {
                let names = || features.iter().map(|(name, _)| *name);
                let found = names().position(|name| name == wanted);
                found.ok_or_else(|| TrainError::NoLayer {
                    name: wanted.clone(),
                    hint: did_you_mean(wanted, names()),
                })?
            }
        };
        let trained: NamedLayers = (features[first..].iter().copied())
            .filter(|(_, layer)| layer.parameters() > 0)
            .collect();
        let mut groups = vec![Group {
            is_new: true,
            ..group(&backbone.head.layers(), 1.0, Some(1))
        }];
        // From the head to the image.
        for (number, layers) in split_evenly(&trained, config.groups)
            .into_iter()
            .rev()
            .enumerate()
        {
            let rate = config.backbone_rate * config.group_rate.powi(number as i32);
            let later = if config.gradual { number } else { 0 };
            let from_epoch = config.freeze_epochs + 1 + later;
            groups.push(group(&layers.to_vec(), rate, Some(from_epoch)));
        }
        groups.push(group(&features[..first].to_vec(), 1.0, None));
        Ok(Some(Self {
            groups,
            statistics: config.batch_norm,
        }))
    }

    /// `model` with exactly those parameters trainable that are trained in `epoch`.
    pub fn apply<M: Module>(&self, mut model: M, epoch: usize) -> M {
        for group in &self.groups {
            let ids = |ids: &[ParamId]| ParamGroup::from_ids(ids.to_vec());
            let trained = group.from_epoch.is_some_and(|first| epoch >= first);
            let parameters = ids(&group.parameters);
            model = match trained {
                true => model.unfreeze_group(parameters),
                false => model.freeze_group(parameters),
            };
            let batch_statistics = group.is_new || self.statistics == NormStatistics::Batch;
            let statistics = ids(&group.statistics);
            model = match trained && batch_statistics {
                true => model.unfreeze_group(statistics),
                false => model.freeze_group(statistics),
            };
        }
        model
    }

    /// `gradients` by group, each with the factor of its learning rate.
    pub fn split_by_rate<M: Module>(
        &self,
        model: &M,
        mut gradients: GradientsParams,
    ) -> Vec<(f64, GradientsParams)> {
        let groups = self.groups.iter().map(|group| {
            let mut mover = MoveGradients {
                ids: group.parameters.iter().copied().collect(),
                from: &mut gradients,
                to: GradientsParams::new(),
            };
            model.visit(&mut mover);
            (group.rate, mover.to)
        });
        groups.filter(|(_, taken)| !taken.is_empty()).collect()
    }
}

/// Splits `layers` into `count` parts of nearly the same length, or as many as there are; a batch norm stays
/// with the layer before it.
fn split_evenly<'a>(layers: &NamedLayers<'a>, count: usize) -> Vec<NamedLayers<'a>> {
    let mut units: Vec<NamedLayers> = Vec::new();
    for &(name, layer) in layers {
        match units.last_mut() {
            Some(unit) if matches!(layer, Layer::BatchNorm(_)) => unit.push((name, layer)),
            _ => units.push(vec![(name, layer)]),
        }
    }
    let count = count.min(units.len());
    let bounds =
        (0..count).map(|part| part * units.len() / count..(part + 1) * units.len() / count);
    bounds.map(|bounds| units[bounds].concat()).collect()
}

/// Moves the gradients of some parameters from one set to another.
struct MoveGradients<'a> {
    ids: HashSet<ParamId>,
    from: &'a mut GradientsParams,
    to: GradientsParams,
}

impl ModuleVisitor for MoveGradients<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if self.ids.contains(&param.id)
            && let Some(gradient) = self.from.remove::<D>(param.id)
        {
            self.to.register(param.id, gradient);
        }
    }
}
