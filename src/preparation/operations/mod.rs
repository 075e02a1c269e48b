//! The operations: one file each, which implements `Transform`, and one line in the registry.

pub mod apply_mask;
pub mod blur;
pub mod bounding_crop;
pub mod channel;
pub mod clahe;
pub mod equalize;
pub mod fill_holes;
pub mod gamma;
pub mod grayscale;
pub mod morphology;
pub mod normalize;
pub mod remove_small;
pub mod resize;
pub mod threshold;

use std::fmt;
use std::iter;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::value::{Error, MapDeserializer};
use serde::de::{self, DeserializeOwned, MapAccess};

use super::transform::Transform;

/// The enum of all operations and everything that depends on which one it is, from lines of a name
/// and a variant with its settings.
macro_rules! registry {
    ($($name:literal => $operation:ident($settings:ty)),+ $(,)?) => {
        /// What a step does to a picture.
        #[derive(Clone, PartialEq, Serialize, JsonSchema)]
        pub enum Operation {
            $(#[serde(rename = $name)] $operation($settings)),+
        }

        /// The names of all operations.
        pub const OPERATIONS: &[&str] = &[$($name),+];

        impl Operation {
            /// One of [`OPERATIONS`].
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$operation(_) => $name),+
                }
            }

            pub(super) fn transform(&self) -> &dyn Transform {
                match self {
                    $(Self::$operation(settings) => settings),+
                }
            }

            /// Settings of the operation `name` as a configuration has them.
            pub(super) fn example(name: &str) -> Option<&'static str> {
                match name {
                    $($name => Some(<$settings>::example()),)+
                    _ => None,
                }
            }

            /// The operation `name` with the settings that come next in `map`.
            pub(super) fn read<'de, M: MapAccess<'de>>(
                name: &str,
                map: &mut M,
            ) -> Result<Self, M::Error> {
                match name {
                    $($name => map.next_value().map(Self::$operation),)+
                    _ => Err(de::Error::unknown_variant(name, OPERATIONS)),
                }
            }

            /// `None` where settings have to be given.
            fn defaults(name: &str) -> Option<Self> {
                match name {
                    $($name => defaults().map(Self::$operation),)+
                    _ => None,
                }
            }
        }

        impl fmt::Debug for Operation {
            fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
                match self {
                    $(Self::$operation(settings) => match size_of_val(settings) {
                        0 => f.write_str(stringify!($operation)),
                        _ => f.debug_tuple(stringify!($operation)).field(settings).finish(),
                    }),+
                }
            }
        }
    };
}

registry! {
    "grayscale" => Grayscale(grayscale::Grayscale),
    "resize" => Resize(resize::ResizeTo),
    "clahe" => Clahe(clahe::Clahe),
    "equalize" => Equalize(equalize::Equalize),
    "gamma" => Gamma(gamma::Gamma),
    "blur" => Blur(blur::Blur),
    "threshold" => Threshold(threshold::Threshold),
    "morphology" => Morphology(morphology::Morphology),
    "remove-small" => RemoveSmall(remove_small::RemoveSmall),
    "fill-holes" => FillHoles(fill_holes::FillHoles),
    "bounding-crop" => BoundingCrop(bounding_crop::BoundingCrop),
    "apply-mask" => ApplyMask(apply_mask::ApplyMask),
    "channel" => Channel(channel::Channel),
    "normalize" => Normalize(normalize::Normalize),
}

impl Operation {
    /// The operation `name` with its defaults.
    ///
    /// # Errors
    /// It has a setting without a default, or there is no operation of that name.
    pub(super) fn with_defaults<E: de::Error>(name: &str) -> Result<Self, E> {
        let Some(example) = Self::example(name) else {
            return Err(E::unknown_variant(name, OPERATIONS));
        };
        Self::defaults(name).ok_or_else(|| {
            E::custom(format!(
                "\"{name}\" needs settings, e.g. {{ {name} = {example} }}"
            ))
        })
    }
}

/// The settings that an empty table gives, where they make sense.
fn defaults<T: DeserializeOwned + Transform>() -> Option<T> {
    let empty = MapDeserializer::<_, Error>::new(iter::empty::<((), ())>());
    let settings = T::deserialize(empty).ok()?;
    settings.check().is_ok().then_some(settings)
}
