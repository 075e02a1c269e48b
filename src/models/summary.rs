//! The table that Keras prints for `model.summary()`, with multiply-adds and receptive fields.

use std::fmt;

use serde::Serialize;

use super::registry::Network;
use super::shape::FeatureShape;
use crate::pixels::ImageShape;
use crate::text::{grouped, table};

/// One layer of the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SummaryRow {
    pub layer: String,
    pub kind: &'static str,
    /// Without the batch: `[channels, height, width]` or `[features]`.
    pub output_shape: FeatureShape,
    pub parameters: usize,
    /// For one image.
    pub multiply_adds: usize,
    /// Height and width of the input pixels that one output value depends on; the whole image
    /// after a dense layer or global pooling.
    pub receptive_field: [usize; 2],
}

/// All layers and their totals.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    pub model: String,
    pub input: ImageShape,
    pub layers: Vec<SummaryRow>,
    pub parameters: usize,
    pub multiply_adds: usize,
}

impl Summary {
    /// Describes `network` as built for images of `input`.
    ///
    /// The receptive field follows Araujo, Norris and Sim, "Computing receptive fields of
    /// convolutional neural networks" (Distill 2019), limited to the image.
    pub fn new(model: &str, network: &Network, input: ImageShape) -> Self {
        let image = [input.height, input.width];
        let (mut field, mut jump) = ([1, 1], [1, 1]);
        let mut shape = FeatureShape::from(input);
        let mut layers = Vec::new();
        for (name, layer) in network.layers() {
            for window in layer.windows() {
                for axis in 0..2 {
                    let added = window.dilation[axis] * (window.kernel_size[axis] - 1);
                    field[axis] = (field[axis] + added * jump[axis]).min(image[axis]);
                    jump[axis] *= window.stride[axis];
                }
            }
            // A built network's layers fit one another; see `NetworkConfig::build`.
            let output_shape = layer.output_shape(shape).unwrap_or(shape);
            if layer.is_global() {
                field = image;
            }
            layers.push(SummaryRow {
                layer: name.to_string(),
                kind: layer.kind(),
                output_shape,
                parameters: layer.parameters(),
                multiply_adds: layer.multiply_adds(shape),
                receptive_field: field,
            });
            shape = output_shape;
        }
        Self {
            model: model.to_string(),
            input,
            parameters: layers.iter().map(|row| row.parameters).sum(),
            multiply_adds: layers.iter().map(|row| row.multiply_adds).sum(),
            layers,
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = table(
            [
                "layer",
                "output shape",
                "parameters",
                "multiply-adds",
                "receptive field",
            ],
            2,
        );
        for row in &self.layers {
            let [height, width] = row.receptive_field;
            table.add_row([
                match row.layer.trim_end_matches(|c: char| c.is_ascii_digit()) == row.kind {
                    true => row.layer.clone(),
                    false => format!("{} ({})", row.layer, row.kind),
                },
                row.output_shape.to_string(),
                grouped(row.parameters),
                grouped(row.multiply_adds),
                format!("{height}x{width}"),
            ]);
        }
        writeln!(f, "{}, images {}", self.model, self.input)?;
        writeln!(f, "{table}")?;
        write!(
            f,
            "{} parameters, {} multiply-adds for one image",
            grouped(self.parameters),
            grouped(self.multiply_adds)
        )
    }
}
