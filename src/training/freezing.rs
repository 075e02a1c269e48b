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

/// Layers that are trained together.
#[derive(Debug, Default)]
struct Group {
    parameters: Vec<ParamId>,
    /// Of batch norm: whether it normalises with the statistics of the batch.
    statistics: Vec<ParamId>,
    /// Factor of the learning rate.
    rate: f64,
    /// The first epoch in which it is trained, from 1; never where there is none.
    from_epoch: Option<usize>,
    /// Whether its batch norm has no statistics but those it learns.
    fresh: bool,
}

/// The plan of a fine-tuning.
#[derive(Debug)]
pub struct Freezing {
    groups: Vec<Group>,
    statistics: NormStatistics,
}

/// The identities within a layer.
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
        fresh: false,
    }
}

impl Freezing {
    /// The plan that `config` makes for `network`; `None` for a network without features.
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
            fresh: true,
            ..group(&backbone.head.layers(), 1.0, Some(1))
        }];
        // From the head to the image.
        for (number, layers) in apart(&trained, config.groups).into_iter().rev().enumerate() {
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
            let of_batch = group.fresh || self.statistics == NormStatistics::Batch;
            let own = trained && of_batch;
            let statistics = ids(&group.statistics);
            model = match own {
                true => model.unfreeze_group(statistics),
                false => model.freeze_group(statistics),
            };
        }
        model
    }

    /// `gradients` apart by learning rate, each with its factor.
    pub fn by_rate<M: Module>(
        &self,
        model: &M,
        mut gradients: GradientsParams,
    ) -> Vec<(f64, GradientsParams)> {
        let groups = self.groups.iter().map(|group| {
            let mut take = Take {
                ids: group.parameters.iter().copied().collect(),
                from: &mut gradients,
                taken: GradientsParams::new(),
            };
            model.visit(&mut take);
            (group.rate, take.taken)
        });
        groups.filter(|(_, taken)| !taken.is_empty()).collect()
    }
}

/// `layers` in `count` parts of nearly the same length, or as many as there are; a batch norm stays
/// with the layer before it.
fn apart<'a>(layers: &NamedLayers<'a>, count: usize) -> Vec<NamedLayers<'a>> {
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

/// Takes the gradients of some parameters.
struct Take<'a> {
    ids: HashSet<ParamId>,
    from: &'a mut GradientsParams,
    taken: GradientsParams,
}

impl ModuleVisitor for Take<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if self.ids.contains(&param.id)
            && let Some(gradient) = self.from.remove::<D>(param.id)
        {
            self.taken.register(param.id, gradient);
        }
    }
}
