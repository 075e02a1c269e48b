//! Memory of a thread.

use std::ops::Range;

use super::inputs::BackwardInputs;
use crate::buffer::Buffer;
use crate::conv::pooling::PoolWindow;
use crate::conv::sparse::NonZeros;
use crate::product::Row;

/// Sums over the images of a thread.
#[derive(Debug, Clone)]
pub struct Sums {
    /// In the order of [`SumLayout`](super::method::SumLayout).
    pub weights: Buffer,
    /// `[output channel]`, and the gap at the end that whole vectors need.
    pub bias: Buffer,
}

impl Sums {
    /// Zeros.
    pub fn new(weights: usize, bias: usize) -> Self {
        Self {
            weights: Buffer::zeros(weights),
            bias: Buffer::zeros(bias),
        }
    }

    /// Adds the sums of another thread.
    pub fn add(&mut self, other: &Self) {
        for (to, from) in self.weights.iter_mut().zip(other.weights.iter()) {
            *to += from;
        }
        for (to, from) in self.bias.iter_mut().zip(other.bias.iter()) {
            *to += from;
        }
    }
}

/// Memory that a thread uses again and again.
#[derive(Default)]
pub struct BackwardScratch {
    /// The padded image, channels-last.
    pub image: Buffer,
    /// Its gradient.
    pub image_gradient: Buffer,
    /// The gradient of the output, channels-last.
    pub output_gradient: Buffer,
    /// The gradient of some rows of the convolution.
    pub rows: Buffer,
    pub operands: Operands,
    pub nonzeros: NonZeros,
    pub window: PoolWindow,
}

/// Rows and segments of products.
#[derive(Default)]
pub struct Operands {
    pub rows: Vec<Row>,
    pub segments: Vec<usize>,
}

impl Operands {
    /// A row for each position in rows `conv_rows` of the convolution, from its gradient to the
    /// padded image.
    pub fn set_positions(&mut self, inputs: &BackwardInputs, conv_rows: Range<usize>) {
        let g = inputs.geometry;
        self.rows.clear();
        for (line, y) in conv_rows.enumerate() {
            self.rows.extend((0..g.conv_size[1]).map(|x| Row {
                from: (line * g.conv_size[1] + x) * inputs.stride,
                to: g.base(y, x),
            }));
        }
    }
}
