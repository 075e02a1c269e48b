//! Weights by name: kept as safetensors in PyTorch's layouts, so that other programs read them
//! too, and taken from files, those published by others among them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{Tensor, TensorData};
use safetensors::tensor::{Dtype, TensorView};

use super::block::Chain;
use super::layer::Layer;
use super::layout::{Kind, arrange, expected_shape, transposed};
use super::{Backbone, NamedLayers, Network};
use crate::fingerprint::Fingerprint;
use crate::weights::{WeightFile, WeightFileError};

/// Why weights cannot be kept or taken.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    #[error("cannot turn the network's weights into safetensors: {0}")]
    Encode(String),
    #[error("cannot read the network's weights from the device: {0}")]
    Device(String),
    #[error(transparent)]
    File(#[from] WeightFileError),
    #[error(
        "{path} holds weights of another network: {differences}; check [model] in the run's config.toml"
    )]
    Mismatch { path: String, differences: String },
    #[error("{path} does not fit this network: {differences}{cure}")]
    Unfit {
        path: String,
        differences: String,
        cure: String,
    },
}

/// What became of the tensors of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Tensors of the network that the file gave.
    pub applied: Vec<String>,
    /// Tensors of the network that keep the values they had.
    pub fresh: Vec<String>,
    /// Tensors of the file that nothing asked for.
    pub unused: Vec<String>,
}

/// Keras's name for the weights of a depthwise convolution.
const DEPTHWISE: &str = "depthwise_kernel";

/// A tensor of the network by the name it has in files.
struct Entry {
    name: String,
    /// As Keras calls it: `conv1/kernel`.
    keras: String,
    id: ParamId,
    kind: Kind,
}

impl Entry {
    /// What the tensor is called in `file`, where it is there.
    fn name_in(&self, file: &WeightFile, keras: bool) -> Cow<'_, str> {
        if !keras {
            return Cow::from(&self.name);
        }
        // Keras 3 calls depthwise kernels as it calls all others.
        let newer = (self.keras.strip_suffix(DEPTHWISE)).map(|layer| format!("{layer}kernel"));
        match newer {
            Some(newer) if file.shape(&newer).is_some() => newer.into(),
            _ => Cow::from(&self.keras),
        }
    }
}

/// The parameters of a layer, in the order of its fields.
#[derive(Default)]
struct Ids(Vec<ParamId>);

impl ModuleVisitor for Ids {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.push(param.id);
    }
}

/// All tensors of `layers`, batch norm's running statistics among them.
fn entries(prefix: &str, layers: &NamedLayers, found: &mut Vec<Entry>) {
    for (name, layer) in layers {
        let name = format!("{prefix}{name}");
        let mut ids = Ids::default();
        // Name in PyTorch, name in Keras.
        let fields: &[(&str, &str)] = match layer {
            Layer::Conv(conv) => {
                conv.visit(&mut ids);
                match conv.groups > 1 && conv.weight.dims()[1] == 1 {
                    true => &[("weight", DEPTHWISE), ("bias", "bias")],
                    false => &[("weight", "kernel"), ("bias", "bias")],
                }
            }
            Layer::Dense(dense) => {
                dense.visit(&mut ids);
                &[("weight", "kernel"), ("bias", "bias")]
            }
            Layer::BatchNorm(norm) => {
                norm.visit(&mut ids);
                &[
                    ("weight", "gamma"),
                    ("bias", "beta"),
                    ("running_mean", "moving_mean"),
                    ("running_var", "moving_variance"),
                ]
            }
            Layer::Residual(residual) => {
                entries(&format!("{name}."), &residual.body.layers(), found);
                entries(&format!("{name}."), &residual.shortcut.layers(), found);
                continue;
            }
            _ => continue,
        };
        for (id, (field, keras)) in ids.0.into_iter().zip(fields) {
            let kind = match (layer, *field) {
                (Layer::Conv(_), "weight") => Kind::Conv {
                    depthwise: *keras == DEPTHWISE,
                },
                (Layer::Dense(_), "weight") => Kind::Dense,
                _ => Kind::Vector,
            };
            found.push(Entry {
                name: format!("{name}.{field}"),
                keras: format!("{name}/{keras}"),
                id,
                kind,
            });
        }
    }
}

/// Reads the values of every parameter, by its identity.
struct Read {
    values: HashMap<ParamId, (Vec<usize>, Vec<f32>)>,
    error: Option<String>,
}

impl ModuleVisitor for Read {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        let shape = tensor.shape().to_vec();
        match tensor.try_into_data() {
            Ok(data) => {
                let values: Vec<f32> = data.iter().collect();
                self.values.insert(param.id, (shape, values));
            }
            Err(error) => self.error = Some(error.to_string()),
        }
    }
}

/// Gives parameters the values that were found for them.
struct Write {
    values: HashMap<ParamId, Vec<f32>>,
}

impl ModuleMapper for Write {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(values) = self.values.remove(&param.id) else {
            return param;
        };
        let shape = param.shape();
        let data = TensorData::new(values, shape);
        param.map(|tensor| {
            let tracked = tensor.is_require_grad();
            let new = Tensor::from_data(data.clone(), &tensor.device());
            if tracked { new.require_grad() } else { new }
        })
    }
}

/// Which tensors a network takes from a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// All of both, without exception.
    Everything,
    /// Those of the features; the head stays as it is.
    Features,
}

impl Backbone {
    /// SHA-256 of the weights of the features, 64 lower-case hexadecimal digits.
    ///
    /// # Errors
    /// The device failed.
    pub fn features_sha256(&self) -> Result<String, WeightsError> {
        let features = Network::Backbone(Backbone {
            features: self.features.clone(),
            head: Chain::new(),
        });
        let mut print = Fingerprint::new();
        print.bytes(&features.to_safetensors()?);
        Ok(print.finish())
    }
}

impl Network {
    fn entries(&self) -> Vec<Entry> {
        let mut found = Vec::new();
        entries("", &self.layers(), &mut found);
        found
    }

    /// Names and identities of all tensors, in the order of the layers; batch norm's running
    /// statistics among them.
    pub fn named_parameters(&self) -> Vec<(String, ParamId)> {
        let entries = self.entries().into_iter();
        entries.map(|entry| (entry.name, entry.id)).collect()
    }

    /// The weights as a safetensors file: convolutions `[out, in / groups, height, width]`, dense
    /// layers `[outputs, inputs]`. Equal weights give equal bytes.
    ///
    /// # Errors
    /// The device failed, or a name occurs twice.
    pub fn to_safetensors(&self) -> Result<Vec<u8>, WeightsError> {
        let mut read = Read {
            values: HashMap::new(),
            error: None,
        };
        self.visit(&mut read);
        if let Some(error) = read.error {
            return Err(WeightsError::Device(error));
        }
        let mut tensors = BTreeMap::new();
        for entry in self.entries() {
            let Some((mut shape, mut values)) = read.values.remove(&entry.id) else {
                continue;
            };
            if entry.kind == Kind::Dense {
                values = transposed(&values, [shape[0], shape[1]]);
                shape.reverse();
            }
            let bytes: Vec<u8> = values
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect();
            tensors.insert(entry.name, (shape, bytes));
        }
        let encode = |error: safetensors::SafeTensorError| WeightsError::Encode(error.to_string());
        let views = tensors.iter().map(|(name, (shape, bytes))| {
            let view = TensorView::new(Dtype::F32, shape.clone(), bytes).map_err(encode)?;
            Ok((name, view))
        });
        let views: Vec<_> = views.collect::<Result<_, WeightsError>>()?;
        // More than one entry would be written in the random order of a hash map.
        let metadata = HashMap::from([("format".to_string(), "pt".to_string())]);
        safetensors::serialize(views, Some(metadata)).map_err(encode)
    }

    /// Takes the weights of a file in the form [`to_safetensors`](Self::to_safetensors) writes.
    ///
    /// # Errors
    /// The file cannot be read, or belongs to another network.
    pub fn with_weights_of_run(self, path: &Path) -> Result<Self, WeightsError> {
        let file = WeightFile::open(path)?;
        let path = path.display().to_string();
        let (network, found) = self.take(&file, |_| true)?;
        match found.differences(true) {
            None => Ok(network),
            Some(differences) => Err(WeightsError::Mismatch { path, differences }),
        }
    }

    /// Takes the weights of a file by their names in PyTorch or Keras.
    ///
    /// # Errors
    /// The file lacks a tensor that is wanted, or has it with another shape.
    pub fn with_pretrained(
        self,
        file: &WeightFile,
        wanted: Wanted,
    ) -> Result<(Self, Loaded), WeightsError> {
        let features: BTreeSet<String> = match (&self, wanted) {
            (Network::Backbone(backbone), Wanted::Features) => {
                let mut found = Vec::new();
                entries("", &backbone.features.layers(), &mut found);
                found.into_iter().map(|entry| entry.name).collect()
            }
            _ => (self.entries().into_iter())
                .map(|entry| entry.name)
                .collect(),
        };
        let (network, found) = self.take(file, |name| features.contains(name))?;
        if let Some(differences) = found.differences(false) {
            return Err(WeightsError::Unfit {
                path: file.path().display().to_string(),
                differences,
                cure: found.cure(&network),
            });
        }
        let fresh = network.entries().into_iter().map(|entry| entry.name);
        let fresh = fresh.filter(|name| !features.contains(name)).collect();
        Ok((
            network,
            Loaded {
                applied: found.applied,
                fresh,
                unused: found.unused,
            },
        ))
    }

    fn take(
        self,
        file: &WeightFile,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<(Self, Found), WeightsError> {
        let mut shapes = Shapes::default();
        self.visit(&mut shapes);
        let mut found = Found::default();
        let mut unused: BTreeSet<&str> = file.names().collect();
        let keras = file.names().any(|name| name.contains('/'));
        let mut values = HashMap::new();
        for entry in self.entries() {
            if !wanted(&entry.name) {
                continue;
            }
            let Some(own) = shapes.0.get(&entry.id) else {
                continue;
            };
            let name = entry.name_in(file, keras);
            let Some(shape) = file.shape(&name) else {
                found.missing.push(name.into_owned());
                continue;
            };
            unused.remove(&*name);
            match arrange(entry.kind, keras, shape, own) {
                Some(arrange) => {
                    values.insert(entry.id, arrange(&file.values(&name)?));
                    found.applied.push(entry.name);
                }
                None => {
                    let expected = expected_shape(entry.kind, keras, own);
                    found
                        .misshapen
                        .push(format!("{name} ({shape:?} in place of {expected:?})"));
                }
            }
        }
        found.unused = unused.into_iter().map(str::to_string).collect();
        Ok((self.map(&mut Write { values }), found))
    }
}

/// The shapes of every parameter, by its identity.
#[derive(Default)]
struct Shapes(HashMap<ParamId, Vec<usize>>);

impl ModuleVisitor for Shapes {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.insert(param.id, param.shape().to_vec());
    }
}

/// What was and was not found in a file.
#[derive(Default)]
struct Found {
    applied: Vec<String>,
    missing: Vec<String>,
    misshapen: Vec<String>,
    unused: Vec<String>,
}

impl Found {
    /// How the tensors differ, each kind with its first few names; `None` where they do not.
    fn differences(&self, strict: bool) -> Option<String> {
        let none = Vec::new();
        let unused = if strict { &self.unused } else { &none };
        let kinds = [
            ("it lacks", &self.missing),
            ("it has also", unused),
            ("of another shape:", &self.misshapen),
        ];
        let kinds = kinds.into_iter().filter(|(_, names)| !names.is_empty());
        let listed: Vec<String> = kinds
            .map(|(kind, names)| {
                let more = match names.len() {
                    0..=3 => String::new(),
                    count => format!(" and {} more", count - 3),
                };
                format!("{kind} {}{more}", names[..names.len().min(3)].join(", "))
            })
            .collect();
        (!listed.is_empty()).then(|| listed.join("; "))
    }

    /// What to do about it.
    fn cure(&self, network: &Network) -> String {
        if self.applied.is_empty() {
            return "; nothing of it fits here: it may belong to another network".into();
        }
        let layers = network.layers();
        let of = |tensors: &[String], layer: &str| {
            let of_layer = |tensor: &String| {
                let field = tensor.strip_prefix(layer);
                field.is_some_and(|field| field.starts_with(['.', '/']))
            };
            tensors.iter().any(of_layer)
        };
        let differs =
            |(name, _): &(&str, Layer)| of(&self.missing, name) || of(&self.misshapen, name);
        let Some(first) = layers.iter().position(differs) else {
            return String::new();
        };
        if let Network::Backbone(backbone) = network
            && first >= backbone.features.layers().len()
        {
            return "; a head of another shape can be put in its place, with model.head=\"linear\""
                .into();
        }
        let (name, _) = layers[first];
        if first == 0 && of(&self.misshapen, name) {
            return "; the file may be for images with another number of channels (data.color), or for another model.width".into();
        }
        let before = layers[..first].iter().rev();
        let mut before =
            before.filter(|(_, layer)| matches!(layer, Layer::Conv(_) | Layer::Residual(_)));
        match before.next() {
            Some((before, _)) if self.misshapen.is_empty() => format!(
                "; the network can be cut before what is missing, with model.cut=\"{before}\""
            ),
            _ => String::new(),
        }
    }
}

#[cfg(test)]
impl Network {
    /// The network with other values, made from names and shapes as PyTorch has them; and these.
    pub fn filled(
        self,
        value: &dyn Fn(&str, &[usize]) -> Vec<f32>,
    ) -> (Self, Vec<(String, Vec<usize>)>) {
        let mut shapes = Shapes::default();
        self.visit(&mut shapes);
        let (mut values, mut tensors) = (HashMap::new(), Vec::new());
        for entry in self.entries() {
            let mut shape = shapes.0[&entry.id].clone();
            if entry.kind == Kind::Dense {
                shape.reverse();
            }
            let made = value(&entry.name, &shape);
            let made = match entry.kind {
                Kind::Dense => transposed(&made, [shape[0], shape[1]]),
                _ => made,
            };
            values.insert(entry.id, made);
            tensors.push((entry.name, shape));
        }
        (self.map(&mut Write { values }), tensors)
    }
}
