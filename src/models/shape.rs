//! Shapes of the values between layers, and why a layer cannot take one.

use std::fmt;

use serde::Serialize;

use super::window::SlidingWindow;
use crate::pixels::ImageShape;

/// The shape of [`Features`](super::Features) without the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum FeatureShape {
    /// `[channels, height, width]`
    Maps([usize; 3]),
    /// `[features]`
    Vector([usize; 1]),
}

impl FeatureShape {
    /// Number of values per image.
    // No shape is empty: `slide` refuses windows that do not fit.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(self) -> usize {
        match self {
            FeatureShape::Maps([channels, height, width]) => {
                channels.saturating_mul(height).saturating_mul(width)
            }
            FeatureShape::Vector([features]) => features,
        }
    }

    /// Channels of feature maps, or features of a vector.
    pub fn width(self) -> usize {
        match self {
            FeatureShape::Maps([channels, ..]) => channels,
            FeatureShape::Vector([features]) => features,
        }
    }

    /// Channels, height and width.
    ///
    /// # Errors
    /// It is the shape of a vector.
    pub fn maps(self) -> Result<[usize; 3], ShapeError> {
        match self {
            FeatureShape::Maps(maps) => Ok(maps),
            FeatureShape::Vector([features]) => Err(ShapeError::NeedsMaps(features)),
        }
    }

    /// Checks that there are `expected` channels or features.
    ///
    /// # Errors
    /// There are more or fewer.
    pub fn expect_width(self, expected: usize) -> Result<(), ShapeError> {
        match self.width() == expected {
            true => Ok(()),
            false => Err(ShapeError::Channels {
                expected,
                received: self,
            }),
        }
    }

    /// The shape after `window` has passed over it, with `channels` in the output.
    ///
    /// # Errors
    /// It is a vector, the window is larger than it, or there would be too many values.
    pub fn slide(self, window: SlidingWindow, channels: usize) -> Result<Self, ShapeError> {
        let [_, height, width] = self.maps()?;
        let Some([height, width]) = window.output([height, width]) else {
            let received = self;
            return Err(ShapeError::WindowTooLarge { window, received });
        };
        match FeatureShape::Maps([channels, height, width]) {
            large if large.len() > MAX_VALUES => Err(ShapeError::TooLarge(large)),
            shape => Ok(shape),
        }
    }
}

impl From<ImageShape> for FeatureShape {
    fn from(shape: ImageShape) -> Self {
        FeatureShape::Maps([shape.channels, shape.height, shape.width])
    }
}

impl fmt::Display for FeatureShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FeatureShape::Maps([c, h, w]) => write!(f, "{c}x{h}x{w}"),
            FeatureShape::Vector([n]) => write!(f, "{n}"),
        }
    }
}

/// Why a layer cannot take its input. The messages continue a sentence that begins with the layer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    #[error("expects feature maps [channels, height, width], received a vector of {0} values")]
    NeedsMaps(usize),
    #[error(
        "expects a vector, received feature maps {0}; put \"flatten\" or \"global-avg-pool\" before it"
    )]
    NeedsVector(FeatureShape),
    #[error("expects {expected} channels, received {received}")]
    Channels {
        expected: usize,
        received: FeatureShape,
    },
    #[error(
        "slides a {}x{} window{}, which does not fit into the {received} it received; use a smaller kernel, \"same\" padding, or fewer pooling layers before it",
        window.kernel_size[0], window.kernel_size[1], dilation_note(window)
    )]
    WindowTooLarge {
        window: SlidingWindow,
        received: FeatureShape,
    },
    #[error("adds {body} to {shortcut}, which have different shapes")]
    Sum {
        body: FeatureShape,
        shortcut: FeatureShape,
    },
    #[error("contains {0}, which does not fit: {1}")]
    Inside(String, Box<ShapeError>),
    #[error(
        "would give {0} values for each image, more than {MAX_VALUES}; use fewer channels, less padding, or a stride"
    )]
    TooLarge(FeatureShape),
}

impl ShapeError {
    /// Whether larger images would help.
    pub fn is_about_size(&self) -> bool {
        match self {
            Self::WindowTooLarge { .. } => true,
            Self::Inside(_, error) => error.is_about_size(),
            _ => false,
        }
    }
}

/// Most values per image that a layer may output: 256 MiB of 32-bit floats.
const MAX_VALUES: usize = 1 << 26;

fn dilation_note(window: &SlidingWindow) -> String {
    match window.dilation {
        [1, 1] => String::new(),
        [height, width] => format!(" with dilation {height}x{width}"),
    }
}
