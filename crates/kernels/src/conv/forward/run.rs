//! The forward pass over all images, shared among threads.

use std::cell::RefCell;

use pulp::{Simd, WithSimd};

use super::inputs::ForwardInputs;
use super::max_pool_2x2::max_pool_2x2;
use super::outputs::Band;
use super::pooled::pooled;
use super::scratch::ForwardScratch;
use super::unpooled::unpooled;
use crate::conv::finite::largest_magnitude;
use crate::conv::image::pad_image;
use crate::conv::panels::channel_stride;
use crate::simd::arch;

thread_local! {
    static SCRATCH: RefCell<ForwardScratch> = RefCell::default();
}

/// Computes all bands. Returns whether all values were finite.
pub fn run(inputs: &ForwardInputs, bands: Vec<Band>, threads: usize) -> bool {
    let arch = arch();
    let share = bands.len().div_ceil(threads);
    let mut finite = vec![true; threads];
    let mut bands = bands.into_iter();
    rayon::scope(|scope| {
        for finite in &mut finite {
            let bands: Vec<_> = bands.by_ref().take(share).collect();
            scope.spawn(move |_| {
                SCRATCH.with_borrow_mut(|scratch| {
                    *finite = arch.dispatch(RunBands {
                        inputs,
                        bands,
                        scratch,
                    });
                });
            });
        }
    });
    !finite.contains(&false)
}

/// Computes the bands of a thread. Returns whether all values were finite.
struct RunBands<'a, 'b> {
    inputs: &'a ForwardInputs<'a>,
    bands: Vec<Band<'b>>,
    scratch: &'a mut ForwardScratch,
}

impl WithSimd for RunBands<'_, '_> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> bool {
        self.scratch.windows_of = None;
        let mut finite = true;
        for band in self.bands {
            finite &= run_band(simd, self.inputs, band, self.scratch);
        }
        finite
    }
}

/// Computes one band in the way that its pooling allows. Returns whether all values were finite.
#[inline(always)]
fn run_band<S: Simd>(
    simd: S,
    inputs: &ForwardInputs,
    band: Band,
    scratch: &mut ForwardScratch,
) -> bool {
    let g = inputs.geometry;
    let conv_rows = g.conv_rows(band.rows.clone());
    let first_row = conv_rows.start * g.stride[0];
    let last_kernel_row = g.run_offsets.last().map_or(0, |run| run / g.row_len);
    let end_row = (conv_rows.end - 1) * g.stride[0] + last_kernel_row + 1;
    let len = (end_row - first_row) * g.row_len;
    let image = &mut scratch.image;
    image.set_len(len + S::F32_LANES);
    pad_image(g, inputs.images, band.image, first_row..end_row, image);
    let Some(largest) = largest_magnitude(&image[..len]) else {
        return false;
    };
    let stride = channel_stride(g, S::F32_LANES);
    if g.max_pools_2x2() && inputs.stays_finite(largest) {
        max_pool_2x2(simd, inputs, band, first_row, scratch);
        true
    } else if g.unpooled() && stride == g.out_channels {
        unpooled(simd, inputs, band, first_row, scratch)
    } else {
        pooled(simd, inputs, band, first_row, scratch)
    }
}
