//! How layers are written in the configuration: `layers = ["conv 32 3x3 same relu", ...]`.

use super::super::build::Build;
use super::super::shape::FeatureShape;
use super::tokens::Tokens;
use kernels::Activation;

/// A kind of layer that the configuration's lists of layers can hold.
pub trait ParseLayer: Sized {
    /// The first word of the layer; several where the word chooses a variant.
    const NAMES: &'static [&'static str];

    /// An example, for error messages and tests.
    const EXAMPLE: &'static str;

    /// Whether it works on vectors, so that a head that begins with it pools feature maps first.
    const TAKES_VECTORS: bool = false;

    /// Parses the words after `name`, which is one of [`NAMES`](Self::NAMES).
    ///
    /// # Errors
    /// A sentence that says what was expected and what was received.
    fn parse(name: &str, tokens: &mut Tokens) -> Result<LayerSpec<Self>, String>;
}

/// Builds a layer for features of a shape.
type BuildLayer<L> = Box<dyn FnOnce(FeatureShape, &mut Build) -> Result<L, String>>;

/// A layer as it is written: it can be built once the shape of its input is known.
pub struct LayerSpec<L> {
    build: BuildLayer<L>,
    /// Applied after it, as a layer of its own.
    pub activation: Option<Activation>,
}

impl<L: 'static> LayerSpec<L> {
    pub fn new(
        build: impl FnOnce(FeatureShape, &mut Build) -> Result<L, String> + 'static,
    ) -> Self {
        Self {
            build: Box::new(build),
            activation: None,
        }
    }

    /// The same with an activation after it.
    pub fn then(self, activation: Option<Activation>) -> Self {
        Self { activation, ..self }
    }

    /// Builds the layer.
    ///
    /// # Errors
    /// The layer cannot take features of shape `input`, or has too many weights.
    pub fn build(self, input: FeatureShape, build: &mut Build) -> Result<L, String> {
        (self.build)(input, build)
    }

    /// The same as a layer of another type.
    fn into<B: From<L> + 'static>(self) -> LayerSpec<B> {
        let Self { build, activation } = self;
        LayerSpec::new(move |input, with| build(input, with).map(B::from)).then(activation)
    }
}

/// [`ParseLayer`] of one kind of layer, as a value; `B` holds a layer of any kind.
pub struct LayerParser<B> {
    pub names: &'static [&'static str],
    pub example: &'static str,
    pub takes_vectors: bool,
    /// [`ParseLayer::parse`]
    pub parse: fn(&str, &mut Tokens) -> Result<LayerSpec<B>, String>,
}

impl<B: 'static> LayerParser<B> {
    pub const fn of<L: ParseLayer + 'static>() -> Self
    where
        B: From<L>,
    {
        Self {
            names: L::NAMES,
            example: L::EXAMPLE,
            takes_vectors: L::TAKES_VECTORS,
            parse: |name, tokens| L::parse(name, tokens).map(LayerSpec::into),
        }
    }
}
