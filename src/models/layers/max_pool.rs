//! Max pooling: the largest value under each window.

use burn::nn::PaddingConfig2d;
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};

use super::super::features::Features;
use super::super::shape::{FeatureShape, ShapeError};
use super::super::window::SlidingWindow;
use super::epilogue::{Epilogue, NextLayers};
use super::kind::LayerKind;
use super::spec::{LayerSpec, ParseLayer};
use super::tokens::Tokens;
use super::window_spec::WindowSpec;
use kernels::{Pool, PoolKind};

const NAME: &str = "max-pool";

/// Square windows of `size` without padding.
pub fn max_pool(size: usize, stride: usize) -> MaxPool2d {
    MaxPool2dConfig::new([size; 2])
        .with_strides([stride; 2])
        .with_padding(PaddingConfig2d::Valid)
        .init()
}

impl LayerKind for MaxPool2d {
    fn kind(&self) -> &'static str {
        NAME
    }

    fn output_shape(&self, input: FeatureShape) -> Result<FeatureShape, ShapeError> {
        input.slide(window(self), input.width())
    }

    fn forward(&self, input: Features, _following: &mut NextLayers) -> Features {
        let x = input.into_maps();
        Features::Maps(match self.epilogue() {
            Some(Epilogue::Pool(pool)) => kernels::pool(x, &pool),
            _ => MaxPool2d::forward(self, x),
        })
    }

    fn epilogue(&self) -> Option<Epilogue<'_>> {
        let padding = window(self).symmetric_padding()?;
        (!self.ceil_mode).then_some(Epilogue::Pool(Pool {
            kind: PoolKind::Max,
            kernel: self.kernel_size,
            stride: self.stride,
            padding,
            dilation: self.dilation,
        }))
    }

    fn windows(&self) -> Vec<SlidingWindow> {
        vec![window(self)]
    }
}

fn window(pool: &MaxPool2d) -> SlidingWindow {
    SlidingWindow {
        kernel_size: pool.kernel_size,
        stride: pool.stride,
        dilation: pool.dilation,
        padding: (&pool.padding).into(),
    }
}

impl ParseLayer for MaxPool2d {
    const NAMES: &'static [&'static str] = &[NAME];
    const EXAMPLE: &'static str = "max-pool 2x2";

    fn parse(_name: &str, tokens: &mut Tokens) -> Result<LayerSpec<Self>, String> {
        let mut window = WindowSpec::of_pooling(tokens)?;
        while let Some(word) = tokens.take() {
            match word {
                "dilation" => window.dilation = tokens.pair("dilation")?,
                word => window.option(word, tokens, ", dilation N")?,
            }
        }
        let config = MaxPool2dConfig::new(window.kernel_size)
            .with_strides(window.stride)
            .with_dilation(window.dilation)
            .with_padding(window.padding_of_pooling()?);
        Ok(LayerSpec::new(move |_, _| Ok(config.init())))
    }
}
