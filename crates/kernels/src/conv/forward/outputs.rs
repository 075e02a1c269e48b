//! The memory that a forward pass fills, and its parts.

use std::ops::Range;

use crate::conv::geometry::Geometry;
use crate::uninit::{UninitBuffer, UninitSlice};

/// The results of a forward pass, channels-last.
pub struct Outputs {
    /// `[batch, rows, width, channels]`
    pub values: UninitBuffer<f32>,
    /// For the backward pass of max pooling: the number of each maximum in its window,
    /// `[batch, rows, width, channels]`.
    pub argmax: Option<UninitBuffer<u8>>,
    /// For the backward pass of average pooling after an activation: the convolution after its
    /// activation, `[batch, rows, width, channels]`.
    pub activated: Option<UninitBuffer<f32>>,
}

/// Some rows of the output of one image, and where the results go.
pub struct Band<'a> {
    pub image: usize,
    /// Rows of the output.
    pub rows: Range<usize>,
    /// `[rows, width, channels]`
    pub output: UninitSlice<'a, f32>,
    /// For the backward pass of max pooling: the number of each maximum in its window.
    pub argmax: Option<UninitSlice<'a, u8>>,
    /// For the backward pass of average pooling: the convolution after its activation,
    /// `[rows, width, channels]`. Only where bands are whole images.
    pub activated: Option<UninitSlice<'a, f32>>,
}

impl Outputs {
    /// Memory for the outputs; with `save` also for what the backward pass needs.
    pub fn new(g: &Geometry, save: bool) -> Self {
        let len = g.batch * g.out_size[0] * g.out_size[1] * g.out_channels;
        let averages = !g.unpooled() && !g.max_pools() && g.activation.is_some();
        Self {
            values: UninitBuffer::new(len),
            argmax: (save && g.max_pools()).then(|| UninitBuffer::new(len)),
            activated: (save && averages).then(|| UninitBuffer::new(g.batch * convolved_len(g))),
        }
    }

    /// The work for so many threads: whole images, or bands of them where there are fewer images
    /// than threads.
    pub fn bands(&mut self, g: &Geometry, threads: usize) -> Vec<Band<'_>> {
        let row = g.out_size[1] * g.out_channels;
        let bands = match self.activated {
            Some(_) => 1,
            None => threads.div_ceil(g.batch).min(g.out_size[0]),
        };
        let band_rows = g.out_size[0].div_ceil(bands);
        let mut work = Vec::with_capacity(g.batch * bands);
        let mut output = self.values.as_uninit();
        let mut argmax = self.argmax.as_mut().map(UninitBuffer::as_uninit);
        let mut activated = self.activated.as_mut().map(UninitBuffer::as_uninit);
        for image in 0..g.batch {
            for first in (0..g.out_size[0]).step_by(band_rows) {
                let rows = first..(first + band_rows).min(g.out_size[0]);
                let len = rows.len() * row;
                work.push(Band {
                    image,
                    rows,
                    output: output.split_to(len),
                    argmax: argmax.as_mut().map(|rest| rest.split_to(len)),
                    activated: activated
                        .as_mut()
                        .map(|rest| rest.split_to(convolved_len(g))),
                });
            }
        }
        work
    }
}

/// Values of the convolution of one image.
fn convolved_len(g: &Geometry) -> usize {
    g.conv_size[0] * g.conv_size[1] * g.out_channels
}
