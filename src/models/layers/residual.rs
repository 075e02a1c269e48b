//! Residual blocks: layers, and a shortcut around them.

use burn::module::Module;
use kernels::Activation;

use super::super::features::Features;
use super::super::shape::{FeatureShape, ShapeError};
use super::super::window::SlidingWindow;
use super::chain::{AsLayerKind, Chain};
use super::epilogue::NextLayers;
use super::kind::LayerKind;

/// `activation(body(x) + shortcut(x))`, see He et al. 2015 (arXiv 1512.03385), figure 2.
#[derive(Module, Debug)]
pub struct Residual<B: Module> {
    pub body: Chain<B>,
    /// Empty where `x` itself is added.
    pub shortcut: Chain<B>,
    /// Applied to the sum; none in MobileNet v2.
    #[module(skip)]
    pub activation: Option<Activation>,
}

impl<B: Module> Residual<B> {
    pub fn chains(&self) -> [&Chain<B>; 2] {
        [&self.body, &self.shortcut]
    }
}

impl<B: Module + AsLayerKind> LayerKind for Residual<B> {
    fn kind(&self) -> &'static str {
        "residual"
    }

    fn output_shape(&self, input: FeatureShape) -> Result<FeatureShape, ShapeError> {
        let body = self.body.output_shape(input)?;
        let shortcut = self.shortcut.output_shape(input)?;
        match body == shortcut {
            true => Ok(body),
            false => Err(ShapeError::Sum { body, shortcut }),
        }
    }

    fn forward(&self, input: Features, _following: &mut NextLayers) -> Features {
        let [body, shortcut] = kernels::fork(input.into_maps());
        let branch = |chain: &Chain<B>, x| chain.forward(Features::Maps(x)).into_maps();
        let body = branch(&self.body, body);
        let shortcut = branch(&self.shortcut, shortcut);
        Features::Maps(kernels::add(body, shortcut, self.activation))
    }

    fn parameters(&self) -> usize {
        let layers = self.chains().into_iter().flat_map(Chain::kinds);
        layers.map(|(_, layer)| layer.parameters()).sum()
    }

    fn multiply_adds(&self, input: FeatureShape) -> usize {
        let counts = self.chains().map(|chain| {
            let mut shape = input;
            let counts = chain.kinds().map(|(_, layer)| {
                let before = shape;
                shape = layer.output_shape(before).unwrap_or(before);
                layer.multiply_adds(before)
            });
            counts.sum::<usize>()
        });
        counts.iter().sum()
    }

    fn windows(&self) -> Vec<SlidingWindow> {
        let layers = self.body.kinds();
        layers.flat_map(|(_, layer)| layer.windows()).collect()
    }
}
