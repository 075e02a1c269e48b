//! Colours, and anything that has a colour at every place.

/// What covers a pixel: red, green, blue (a grey image uses the first) and opacity, each `0..=1`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ink {
    /// Red, green and blue.
    pub colour: [f32; 3],
    /// 0 is invisible, 1 hides what is below.
    pub opacity: f32,
}

impl Ink {
    /// An opaque grey.
    pub const fn grey(value: f32) -> Self {
        Self::colour([value; 3])
    }

    /// An opaque colour.
    pub const fn colour(colour: [f32; 3]) -> Self {
        Self {
            colour,
            opacity: 1.0,
        }
    }

    /// The same ink, made translucent.
    pub const fn opacity(self, opacity: f32) -> Self {
        Self { opacity, ..self }
    }

    /// The same ink, brightened (`gain > 1`) or darkened.
    pub fn lit(self, gain: f32) -> Self {
        Self {
            colour: self.colour.map(|value| value * gain),
            ..self
        }
    }
}

/// The ink at a place in model coordinates; an [`Ink`] is the same everywhere.
pub trait Paint {
    /// The ink at `x`, `y` in model coordinates.
    fn at(&self, x: f32, y: f32) -> Ink;
}

impl Paint for Ink {
    fn at(&self, _: f32, _: f32) -> Ink {
        *self
    }
}

impl<F: Fn(f32, f32) -> Ink> Paint for F {
    fn at(&self, x: f32, y: f32) -> Ink {
        self(x, y)
    }
}
