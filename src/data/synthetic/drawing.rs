//! The drawn data sets: their names, classes and sizes.

use rand_chacha::ChaCha8Rng;

use super::canvas::Canvas;
use super::{digits, garments, pets};
use crate::pixels::ImageShape;

/// A drawn data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    /// 28x28 grey: the classes of Fashion-MNIST.
    Garments,
    /// 28x28 grey: the classes of MNIST.
    Digits,
    /// 64x64 colour: faces of cats and dogs.
    Pets,
}

/// The properties of a drawing.
struct DrawingSpec {
    name: &'static str,
    shape: ImageShape,
    classes: &'static [&'static str],
    draw: fn(usize, &mut ChaCha8Rng) -> Canvas,
}

impl Drawing {
    const fn spec(self) -> DrawingSpec {
        match self {
            Self::Garments => DrawingSpec {
                name: "garments",
                shape: garments::SHAPE,
                classes: &garments::CLASSES,
                draw: garments::draw,
            },
            Self::Digits => DrawingSpec {
                name: "digits",
                shape: digits::SHAPE,
                classes: &digits::CLASSES,
                draw: digits::draw,
            },
            Self::Pets => DrawingSpec {
                name: "pets",
                shape: pets::SHAPE,
                classes: &pets::CLASSES,
                draw: pets::draw,
            },
        }
    }

    /// Name of the data set: `garments`, `digits` or `pets`.
    pub const fn name(self) -> &'static str {
        self.spec().name
    }

    /// Names of the classes, in the order of the labels.
    pub const fn classes(self) -> &'static [&'static str] {
        self.spec().classes
    }

    /// Size of every image, `[channels, height, width]`.
    pub const fn shape(self) -> ImageShape {
        self.spec().shape
    }

    /// Draws one image of class `class`.
    ///
    /// # Panics
    /// If `class` is not an index into [`classes`](Self::classes).
    pub(super) fn draw(self, class: usize, rng: &mut ChaCha8Rng) -> Canvas {
        (self.spec().draw)(class, rng)
    }
}
