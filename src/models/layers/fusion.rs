//! The forward pass of a list of layers, neighbours fused where one kernel does the work of
//! several: convolution + batch norm + activation + pooling, dense + activation.
//!
//! A layer is told which layers come next, and takes from the front those that its kernel computes
//! along with it. To apply a layer alone is to apply it with no layers next.

use super::super::features::Features;
use super::epilogue::NextLayers;
use super::kind::LayerKind;

/// Applies `layers` in order.
///
/// `input` must have the shape that the first layer accepts, see [`LayerKind::output_shape`].
pub fn forward(layers: &[&dyn LayerKind], input: Features) -> Features {
    let epilogues: Vec<_> = layers.iter().map(|layer| layer.epilogue()).collect();
    let mut features = input;
    let mut index = 0;
    while let Some(layer) = layers.get(index) {
        let mut next = NextLayers::new(&epilogues[index + 1..]);
        features = layer.forward(features, &mut next);
        index += 1 + next.fused();
    }
    features
}
