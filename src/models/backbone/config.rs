//! `[model]` of a network with features and a head.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::error::BuildError;
use super::head::Head;

/// `[model]` of a network with features and a head.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BackboneConfig {
    /// The last layer of the features to use, with the batch norm and activation after it, as
    /// `convlab models NAME` lists them; all features where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<String>,
    /// The layers behind the features, which tell the classes apart.
    pub head: Head,
    /// Factor for all numbers of channels; `mobilenet_v1` and `mobilenet_v2` only, 1 where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.1, max = 2.0))]
    pub width: Option<f64>,
    /// Weights to start from: a published name such as `imagenet`, which `convlab models` lists, a
    /// file, the folder of a run, or a URL; random weights where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<String>,
    /// SHA-256 of the file `weights`, 64 hexadecimal digits; needed for a URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl BackboneConfig {
    /// Checks the settings; `scales` says whether the network may be wider or narrower.
    ///
    /// # Errors
    /// `width`, `head` or `sha256` is out of range.
    pub fn check(&self, scales: bool) -> Result<(), BuildError> {
        self.check_width(scales)?;
        self.check_sha256()?;
        self.head.check(self.cut.is_some())
    }

    fn check_width(&self, scales: bool) -> Result<(), BuildError> {
        let (allowed, expected) = match scales {
            true => (0.1..=2.0, "a number from 0.1 to 2"),
            false => (
                1.0..=1.0,
                "no width, or 1: only mobilenet_v1 and mobilenet_v2 can be made wider or narrower",
            ),
        };
        match self.width {
            Some(width) if !allowed.contains(&width) => Err(BuildError::OutOfRange {
                key: "width",
                value: width.to_string(),
                expected,
            }),
            _ => Ok(()),
        }
    }

    fn check_sha256(&self) -> Result<(), BuildError> {
        let Some(sum) = &self.sha256 else {
            return Ok(());
        };
        let is_sum = sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
        let expected = match (&self.weights, is_sum) {
            (None, _) => "model.weights beside it, the file that it is the checksum of",
            (_, false) => "64 hexadecimal digits, as `sha256sum FILE` prints them",
            _ => return Ok(()),
        };
        Err(BuildError::OutOfRange {
            key: "sha256",
            value: format!("\"{sum}\""),
            expected,
        })
    }

    /// `channels` at the configured width, rounded down.
    pub(super) fn scaled(&self, channels: usize) -> usize {
        ((channels as f64 * self.width.unwrap_or(1.0)) as usize).max(1)
    }
}
