//! Average pooling: the mean of the values under each window.

use burn::nn::pool::{AvgPool2d, AvgPool2dConfig};

use super::super::features::Features;
use super::super::shape::{FeatureShape, ShapeError};
use super::super::window::SlidingWindow;
use super::epilogue::{Epilogue, NextLayers};
use super::kind::LayerKind;
use super::spec::{LayerSpec, ParseLayer};
use super::tokens::Tokens;
use super::window_spec::WindowSpec;
use kernels::{Pool, PoolKind};

const NAME: &str = "avg-pool";

/// Square windows of `size` without padding.
pub fn average_pool(size: usize, stride: usize) -> AvgPool2d {
    AvgPool2dConfig::new([size; 2])
        .with_strides([stride; 2])
        .init()
}

impl LayerKind for AvgPool2d {
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
            _ => AvgPool2d::forward(self, x),
        })
    }

    fn epilogue(&self) -> Option<Epilogue<'_>> {
        let padding = window(self).symmetric_padding()?;
        let count_include_pad = self.count_include_pad;
        (!self.ceil_mode).then_some(Epilogue::Pool(Pool {
            kind: PoolKind::Average { count_include_pad },
            kernel: self.kernel_size,
            stride: self.stride,
            padding,
            dilation: [1, 1],
        }))
    }

    fn windows(&self) -> Vec<SlidingWindow> {
        vec![window(self)]
    }
}

fn window(pool: &AvgPool2d) -> SlidingWindow {
    SlidingWindow {
        kernel_size: pool.kernel_size,
        stride: pool.stride,
        dilation: [1, 1],
        padding: (&pool.padding).into(),
    }
}

impl ParseLayer for AvgPool2d {
    const NAMES: &'static [&'static str] = &[NAME];
    const EXAMPLE: &'static str = "avg-pool 2x2";

    fn parse(_name: &str, tokens: &mut Tokens) -> Result<LayerSpec<Self>, String> {
        let mut window = WindowSpec::of_pooling(tokens)?;
        while let Some(word) = tokens.take() {
            window.option(word, tokens, "")?;
        }
        let config = AvgPool2dConfig::new(window.kernel_size)
            .with_strides(window.stride)
            .with_padding(window.padding_of_pooling()?);
        Ok(LayerSpec::new(move |_, _| Ok(config.init())))
    }
}
