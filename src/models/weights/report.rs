//! What was found in a file of weights, in words.

use super::super::layers::Layer;
use super::super::registry::Network;

/// Which tensors of a file a network took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadReport {
    /// Tensors of the network that were read from the file.
    pub applied: Vec<String>,
    /// Tensors of the network that keep the values they had.
    pub fresh: Vec<String>,
    /// Tensors of the file that the network does not have.
    pub unused: Vec<String>,
}

/// What was and was not found in a file.
#[derive(Default)]
pub struct Found {
    pub applied: Vec<String>,
    pub missing: Vec<String>,
    /// Names, and shapes that were received and expected.
    pub mismatched: Vec<String>,
    pub unused: Vec<String>,
}

impl Found {
    /// How file and network differ: each kind of difference with its first few names; `None` where
    /// they do not. With `strict`, unused tensors of the file are a difference as well.
    pub fn differences(&self, strict: bool) -> Option<String> {
        let none = Vec::new();
        let unused = if strict { &self.unused } else { &none };
        let kinds = [
            ("it lacks", &self.missing),
            ("it has also", unused),
            ("of another shape:", &self.mismatched),
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

    /// What to do about it, beginning with a semicolon; empty where nothing is known to help.
    pub fn advice(&self, network: &Network) -> String {
        if self.applied.is_empty() {
            return "; none of its tensors fits here: it may belong to another network".into();
        }
        let layers = network.layers();
        let differs = |(name, _): &(&str, Layer)| {
            has_tensor_of(&self.missing, name) || has_tensor_of(&self.mismatched, name)
        };
        let Some(first) = layers.iter().position(differs) else {
            return String::new();
        };
        if let Network::Backbone(backbone) = network
            && first >= backbone.features.len()
        {
            return "; model.head=\"linear\" puts a new head in place of the one that differs"
                .into();
        }
        let (name, _) = layers[first];
        if first == 0 && has_tensor_of(&self.mismatched, name) {
            return "; the file may be for images with another number of channels (data.color), or for another model.width".into();
        }
        let before = layers[..first].iter().rev();
        let mut before =
            before.filter(|(_, layer)| matches!(layer, Layer::Conv(_) | Layer::Residual(_)));
        match before.next() {
            Some((before, _)) if self.mismatched.is_empty() => format!(
                "; the network can be cut before what is missing, with model.cut=\"{before}\""
            ),
            _ => String::new(),
        }
    }
}

fn has_tensor_of(tensors: &[String], layer: &str) -> bool {
    let of_layer = |tensor: &String| {
        let field = tensor.strip_prefix(layer);
        field.is_some_and(|field| field.starts_with(['.', '/']))
    };
    tensors.iter().any(of_layer)
}
