//! One step, as it is written: the name of an operation, or a table with the operation's settings,
//! and perhaps `keep` and `from`.

use std::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::blur::Blur;
use super::color::Channel;
use super::components::{FillHoles, RemoveSmall};
use super::contrast::Clahe;
use super::mask::{ApplyMask, BoundingCrop};
use super::morphology::Morphology;
use super::threshold::Threshold;
use crate::data::Normalize;
use crate::pixels::Resize;

/// An operation, where its picture comes from, and under which name its result is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub operation: Operation,
    /// `original` or a kept picture in place of the one worked on.
    pub from: Option<String>,
    /// Name of the result for later steps.
    pub keep: Option<String>,
}

/// What is done to a picture.
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// Luma after Rec. 709.
    Grayscale,
    Resize(ResizeTo),
    Clahe(Clahe),
    /// An equalised histogram; on colour, of the luma.
    Equalize,
    /// Each channel to this power, 0.01 to 100; below 1 is brighter.
    Gamma(f64),
    Blur(Blur),
    Threshold(Threshold),
    Morphology(Morphology),
    RemoveSmall(RemoveSmall),
    FillHoles(FillHoles),
    BoundingCrop(BoundingCrop),
    ApplyMask(ApplyMask),
    Channel(Channel),
    /// The same as `data.normalize`; leaves the picture as it is.
    Normalize(Normalize),
}

/// Another size for the picture worked on, the kept ones and the original. A mask's border becomes
/// grey, which counts as inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResizeTo {
    /// In pixels, 1 to 4096.
    pub height: u32,
    /// In pixels, 1 to 4096.
    pub width: u32,
    /// As `data.resize`.
    #[serde(default)]
    pub policy: Resize,
}

/// All operations.
pub const OPERATIONS: &[&str] = &[
    "grayscale",
    "resize",
    "clahe",
    "equalize",
    "gamma",
    "blur",
    "threshold",
    "morphology",
    "remove-small",
    "fill-holes",
    "bounding-crop",
    "apply-mask",
    "channel",
    "normalize",
];

/// Settings of an operation that has none.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoSettings {}

impl Operation {
    /// One of [`OPERATIONS`].
    pub fn name(&self) -> &'static str {
        match self {
            Self::Grayscale => "grayscale",
            Self::Resize(_) => "resize",
            Self::Clahe(_) => "clahe",
            Self::Equalize => "equalize",
            Self::Gamma(_) => "gamma",
            Self::Blur(_) => "blur",
            Self::Threshold(_) => "threshold",
            Self::Morphology(_) => "morphology",
            Self::RemoveSmall(_) => "remove-small",
            Self::FillHoles(_) => "fill-holes",
            Self::BoundingCrop(_) => "bounding-crop",
            Self::ApplyMask(_) => "apply-mask",
            Self::Channel(_) => "channel",
            Self::Normalize(_) => "normalize",
        }
    }

    /// The operation `name` as it is without settings.
    fn plain<E: de::Error>(name: &str) -> Result<Self, E> {
        let example = match name {
            "grayscale" => return Ok(Self::Grayscale),
            "clahe" => return Ok(Self::Clahe(Clahe::default())),
            "equalize" => return Ok(Self::Equalize),
            "blur" => return Ok(Self::Blur(Blur::default())),
            "threshold" => return Ok(Self::Threshold(Threshold::default())),
            "fill-holes" => return Ok(Self::FillHoles(FillHoles::default())),
            "bounding-crop" => return Ok(Self::BoundingCrop(BoundingCrop::default())),
            "apply-mask" => return Ok(Self::ApplyMask(ApplyMask::default())),
            "resize" => "{ height = 128, width = 128 }",
            "gamma" => "0.8",
            "morphology" => "{ operation = \"open\", size = 3 }",
            "remove-small" => "{ area = 50 }",
            "channel" => "\"saturation\"",
            "normalize" => "\"per-image\"",
            _ => return Err(E::unknown_variant(name, OPERATIONS)),
        };
        Err(E::custom(format!(
            "\"{name}\" needs settings, e.g. {{ {name} = {example} }}"
        )))
    }

    /// The operation `name` with the settings that come next in `map`.
    fn read<'de, M: MapAccess<'de>>(name: &str, map: &mut M) -> Result<Self, M::Error> {
        Ok(match name {
            "grayscale" => map.next_value().map(|NoSettings {}| Self::Grayscale)?,
            "resize" => Self::Resize(map.next_value()?),
            "clahe" => Self::Clahe(map.next_value()?),
            "equalize" => map.next_value().map(|NoSettings {}| Self::Equalize)?,
            "gamma" => Self::Gamma(map.next_value()?),
            "blur" => Self::Blur(map.next_value()?),
            "threshold" => Self::Threshold(map.next_value()?),
            "morphology" => Self::Morphology(map.next_value()?),
            "remove-small" => Self::RemoveSmall(map.next_value()?),
            "fill-holes" => Self::FillHoles(map.next_value()?),
            "bounding-crop" => Self::BoundingCrop(map.next_value()?),
            "apply-mask" => Self::ApplyMask(map.next_value()?),
            "channel" => Self::Channel(map.next_value()?),
            "normalize" => Self::Normalize(map.next_value()?),
            _ => return Err(de::Error::unknown_variant(name, OPERATIONS)),
        })
    }

    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let name = self.name();
        match self {
            Self::Grayscale | Self::Equalize => map.serialize_entry(name, &NoSettings {}),
            Self::Resize(settings) => map.serialize_entry(name, settings),
            Self::Clahe(settings) => map.serialize_entry(name, settings),
            Self::Gamma(settings) => map.serialize_entry(name, settings),
            Self::Blur(settings) => map.serialize_entry(name, settings),
            Self::Threshold(settings) => map.serialize_entry(name, settings),
            Self::Morphology(settings) => map.serialize_entry(name, settings),
            Self::RemoveSmall(settings) => map.serialize_entry(name, settings),
            Self::FillHoles(settings) => map.serialize_entry(name, settings),
            Self::BoundingCrop(settings) => map.serialize_entry(name, settings),
            Self::ApplyMask(settings) => map.serialize_entry(name, settings),
            Self::Channel(settings) => map.serialize_entry(name, settings),
            Self::Normalize(settings) => map.serialize_entry(name, settings),
        }
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.operation.write(&mut map)?;
        for (key, name) in [("from", &self.from), ("keep", &self.keep)] {
            if let Some(name) = name {
                map.serialize_entry(key, name)?;
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StepVisitor)
    }
}

struct StepVisitor;

impl<'de> Visitor<'de> for StepVisitor {
    type Value = Step;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the name of a step, or a table such as { clahe = { tiles = 8 } }")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Step, E> {
        Ok(Step {
            operation: Operation::plain(name)?,
            from: None,
            keep: None,
        })
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Step, M::Error> {
        let mut operation: Option<Operation> = None;
        let (mut from, mut keep) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            match (key.as_str(), &operation) {
                ("from", _) => from = Some(map.next_value()?),
                ("keep", _) => keep = Some(map.next_value()?),
                (name, Some(first)) if OPERATIONS.contains(&name) => {
                    return Err(de::Error::custom(format!(
                        "expected one operation, received {} and {name}; make two steps of it",
                        first.name()
                    )));
                }
                (name, None) => operation = Some(Operation::read(name, &mut map)?),
                (name, Some(_)) => return Err(de::Error::unknown_field(name, &["from", "keep"])),
            }
        }
        let Some(operation) = operation else {
            return Err(de::Error::custom(
                "the operation is missing; expected e.g. { clahe = { tiles = 8 }, keep = \"even\" }",
            ));
        };
        Ok(Step {
            operation,
            from,
            keep,
        })
    }
}
