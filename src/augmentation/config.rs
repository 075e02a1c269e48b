//! `[augment]`: what may happen to a training image, how much of it and how often.

use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::did_you_mean;

/// `[augment]`; everything is off where it is not given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AugmentConfig {
    /// Turned by up to so many degrees either way, `0` to `180`.
    pub rotation: f64,
    /// Moved by up to this share of its width and of its height either way, `0` to `1`.
    pub shift: f64,
    /// Enlarged by a factor: `0.2` for 0.8 to 1.2, or `[0.8, 1.1]`.
    pub zoom: Zoom,
    /// Rows slide along each other by an angle of up to so many degrees either way, `0` to `60`.
    pub shear: f64,
    /// Probability of being mirrored left to right.
    pub horizontal_flip: f64,
    /// Probability of being mirrored top to bottom.
    pub vertical_flip: f64,
    /// A window of the image's own size is cut at random from the image with so many pixels more
    /// on each side (He et al. 2016, arXiv 1512.03385, with 4 on CIFAR's 32).
    pub crop: usize,
    /// What is seen beyond the border: `nearest`, `constant` or `reflect`.
    pub fill: Fill,
    /// The grey level of `fill = "constant"`, `0` to `255`.
    pub fill_value: usize,
    /// Multiplied by a factor between 1 less and 1 plus this, `0` to `1`.
    pub brightness: f64,
    /// Distance from the mean grey multiplied by a factor between 1 less and 1 plus this, `0` to
    /// `1`.
    pub contrast: f64,
    /// Standard deviation of what is added to every value, in grey levels, `0` to `128`.
    pub noise: f64,
    /// Largest standard deviation of a Gaussian blur, in pixels, `0` to `20`.
    pub blur: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Policy>,
    /// Operations that the policy does to an image, one after the other.
    pub num_ops: usize,
    /// Strength of the policy's operations, `0` to `30`.
    pub magnitude: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erasing: Option<Erasing>,
    /// Alpha of mixup (Zhang et al. 2018, arXiv 1710.09412); `0` is off.
    pub mixup: f64,
    /// Alpha of CutMix (Yun et al. 2019, arXiv 1905.04899); `0` is off.
    pub cutmix: f64,
    /// How often each of these is done, where not always.
    pub probabilities: Probabilities,
}

impl Default for AugmentConfig {
    fn default() -> Self {
        Self {
            rotation: 0.0,
            shift: 0.0,
            zoom: Zoom {
                least: 1.0,
                most: 1.0,
            },
            shear: 0.0,
            horizontal_flip: 0.0,
            vertical_flip: 0.0,
            crop: 0,
            fill: Fill::Nearest,
            fill_value: 0,
            brightness: 0.0,
            contrast: 0.0,
            noise: 0.0,
            blur: 0.0,
            policy: None,
            num_ops: 2,
            magnitude: 9,
            erasing: None,
            mixup: 0.0,
            cutmix: 0.0,
            probabilities: Probabilities::default(),
        }
    }
}

impl AugmentConfig {
    /// Whether images are mixed with others of their batch.
    pub fn mixes(&self) -> bool {
        self.mixup > 0.0 || self.cutmix > 0.0
    }
}

/// `augment.fill`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fill {
    /// The nearest pixel of the image.
    Nearest,
    /// `fill_value`.
    Constant,
    /// The image mirrored at its border, the last pixel twice.
    Reflect,
}

/// `augment.policy`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// `num_ops` of fourteen operations, all of the same strength (Cubuk et al. 2020, arXiv
    /// 1909.13719).
    RandAugment,
}

/// Factors from `least` to `most`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Zoom {
    pub least: f64,
    pub most: f64,
}

impl Serialize for Zoom {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [self.least, self.most].serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Zoom {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberOrPair)
    }
}

struct NumberOrPair;

impl<'de> Visitor<'de> for NumberOrPair {
    type Value = Zoom;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(
            "a number such as 0.2, or the least and the largest factor such as [0.8, 1.2]",
        )
    }

    fn visit_f64<E: Error>(self, range: f64) -> Result<Zoom, E> {
        Ok(Zoom {
            least: 1.0 - range,
            most: 1.0 + range,
        })
    }

    fn visit_i64<E: Error>(self, range: i64) -> Result<Zoom, E> {
        self.visit_f64(range as f64)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Zoom, A::Error> {
        let mut factors = Vec::new();
        while let Some(factor) = list.next_element()? {
            factors.push(factor);
        }
        match factors[..] {
            [least, most] => Ok(Zoom { least, most }),
            _ => Err(A::Error::invalid_length(factors.len(), &self)),
        }
    }
}

/// `augment.erasing`: a rectangle is painted over (Zhong et al. 2020, arXiv 1708.04896).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Erasing {
    pub probability: f64,
    /// Share of the image's area, least and largest, more than `0` and at most `1`.
    pub area: [f64; 2],
    /// Height over width, least and largest, `0.01` to `100`.
    pub ratio: [f64; 2],
    pub value: EraseValue,
}

impl Default for Erasing {
    fn default() -> Self {
        Self {
            probability: 0.5,
            area: [0.02, 0.33],
            ratio: [0.3, 3.3],
            value: EraseValue::Random,
        }
    }
}

/// `augment.erasing.value`: what the rectangle is painted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EraseValue {
    /// A grey level of its own for every value.
    Random,
    Level(u8),
}

impl Serialize for EraseValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Random => "random".serialize(serializer),
            Self::Level(level) => level.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for EraseValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordOrLevel)
    }
}

const ERASE_VALUE: &str = "\"random\" or a grey level from 0 to 255";

struct WordOrLevel;

impl Visitor<'_> for WordOrLevel {
    type Value = EraseValue;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(ERASE_VALUE)
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<EraseValue, E> {
        match word {
            "random" => Ok(EraseValue::Random),
            word => {
                let hint = did_you_mean(word, ["random"]);
                Err(E::custom(format!(
                    "\"{word}\" is not known{hint}; expected {ERASE_VALUE}"
                )))
            }
        }
    }

    fn visit_i64<E: Error>(self, level: i64) -> Result<EraseValue, E> {
        u8::try_from(level)
            .map(EraseValue::Level)
            .map_err(|_| E::custom(format!("expected {ERASE_VALUE}, received {level}")))
    }

    fn visit_u64<E: Error>(self, level: u64) -> Result<EraseValue, E> {
        self.visit_i64(level.min(i64::MAX as u64) as i64)
    }
}

/// `augment.probabilities`: how often each of these is done, `0` to `1`; always by default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Probabilities {
    pub rotation: f64,
    pub shift: f64,
    pub zoom: f64,
    pub shear: f64,
    pub crop: f64,
    pub brightness: f64,
    pub contrast: f64,
    pub noise: f64,
    pub blur: f64,
    pub policy: f64,
    /// Where mixup and CutMix both come up for an image, one of them is done, as likely as the other.
    pub mixup: f64,
    pub cutmix: f64,
}

impl Default for Probabilities {
    fn default() -> Self {
        Self {
            rotation: 1.0,
            shift: 1.0,
            zoom: 1.0,
            shear: 1.0,
            crop: 1.0,
            brightness: 1.0,
            contrast: 1.0,
            noise: 1.0,
            blur: 1.0,
            policy: 1.0,
            mixup: 1.0,
            cutmix: 1.0,
        }
    }
}
