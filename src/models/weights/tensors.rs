//! The tensors of a network by the names they have in files.

use std::borrow::Cow;

use burn::module::{ModuleVisitor, Param, ParamId};
use burn::tensor::Tensor;

use super::super::layers::{NamedLayers, TensorLayout};
use super::super::registry::Network;
use crate::weights::WeightFile;

/// A tensor of a network.
pub struct NamedTensor {
    /// In PyTorch: `conv1.weight`.
    pub name: String,
    /// In Keras: `conv1/kernel`.
    keras: String,
    pub id: ParamId,
    pub layout: TensorLayout,
}

impl NamedTensor {
    /// The name to look for in `file`.
    pub fn name_in(&self, file: &WeightFile, keras: bool) -> Cow<'_, str> {
        if !keras {
            return Cow::from(&self.name);
        }
        // Keras 3 names depthwise kernels like all others.
        let keras_3 = self.keras.replace("/depthwise_kernel", "/kernel");
        match keras_3 != self.keras && file.shape(&keras_3).is_some() {
            true => keras_3.into(),
            false => Cow::from(&self.keras),
        }
    }
}

/// The identities of a layer's tensors, in the order of its fields.
#[derive(Default)]
struct Ids(Vec<ParamId>);

impl ModuleVisitor for Ids {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.push(param.id);
    }
}

/// All tensors of `layers`, batch norm's running statistics among them.
pub fn named_tensors(layers: &NamedLayers) -> Vec<NamedTensor> {
    let mut found = Vec::new();
    collect("", layers, &mut found);
    found
}

fn collect(prefix: &str, layers: &NamedLayers, found: &mut Vec<NamedTensor>) {
    for (layer_name, layer) in layers {
        let layer_name = format!("{prefix}{layer_name}");
        let chains = layer.chains();
        if !chains.is_empty() {
            let prefix = format!("{layer_name}.");
            let chains = chains.into_iter();
            chains.for_each(|chain| collect(&prefix, &chain.layers(), found));
            continue;
        }
        let mut ids = Ids::default();
        layer.visit(&mut ids);
        // Without a bias there are fewer tensors than names.
        found.extend(
            ids.0
                .into_iter()
                .zip(layer.tensors())
                .map(|(id, tensor)| NamedTensor {
                    name: format!("{layer_name}.{}", tensor.pytorch),
                    keras: format!("{layer_name}/{}", tensor.keras),
                    id,
                    layout: tensor.layout,
                }),
        );
    }
}

impl Network {
    pub(super) fn named_tensors(&self) -> Vec<NamedTensor> {
        named_tensors(&self.layers())
    }

    /// Names and identities of all tensors, in the order of the layers; batch norm's running
    /// statistics among them.
    pub fn named_parameters(&self) -> Vec<(String, ParamId)> {
        let tensors = self.named_tensors().into_iter();
        tensors.map(|tensor| (tensor.name, tensor.id)).collect()
    }
}
