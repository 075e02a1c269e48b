//! Pooling without a convolution: the windows lie over the maps themselves.

use std::cell::RefCell;
use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use super::backward::{SavedImage, pool_row_backward};
use super::forward::pool_row;
use super::window::{PoolWindow, RingLayout};
use crate::buffer::Buffer;
use crate::conv::geometry::Geometry;
use crate::host::View;
use crate::spec::{ConvBlock, Pool};

/// Memory that a thread uses again and again.
#[derive(Default)]
struct Scratch {
    window: PoolWindow,
    /// Rows of the maps, or their gradient.
    rows: Buffer,
    /// The gradient of the output.
    gradient: Buffer,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// The sizes of `pool` over maps `[batch, channels, height, width]`, as behind a convolution that
/// changes nothing; `None` as [`Geometry::new`].
pub fn pooling_geometry(maps: [usize; 4], pool: &Pool) -> Option<Geometry> {
    let channels = maps[1];
    let block = ConvBlock {
        groups: channels,
        pool: Some(*pool),
        ..ConvBlock::default()
    };
    Geometry::new(maps, [channels, 1, 1, 1], &block)
}

/// Pools some rows of an image. Returns whether all values were finite.
pub struct PoolRows<'a> {
    pub geometry: &'a Geometry,
    pub maps: &'a View<'a>,
    pub image: usize,
    /// Of the output.
    pub rows: Range<usize>,
    /// `[rows, width, channels]`
    pub out: &'a mut [f32],
    /// Where the number of each maximum in its window goes, `[rows, width, channels]`.
    pub argmax: Option<&'a mut [u8]>,
}

impl PoolRows<'_> {
    pub fn run(self, arch: Arch) -> bool {
        SCRATCH.with_borrow_mut(|scratch| arch.dispatch(Run(self, scratch)))
    }
}

/// Work, and the memory for it.
struct Run<'a, W>(W, &'a mut Scratch);

impl WithSimd for Run<'_, PoolRows<'_>> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> bool {
        let Self(work, scratch) = self;
        let PoolRows {
            geometry: g,
            maps,
            image,
            rows,
            out,
            mut argmax,
        } = work;
        let under_windows = g.conv_rows(rows.clone());
        let row = g.width * g.channels;
        let Scratch {
            window, rows: copy, ..
        } = scratch;
        // Whole vectors must fit behind a position, within the row.
        let direct = match g.channels.is_multiple_of(S::F32_LANES) {
            true => rows_of_image(maps, image),
            false => None,
        };
        let layout = RingLayout {
            ring: g.height,
            row: if direct.is_some() {
                row
            } else {
                row + S::F32_LANES
            },
            stride: g.channels,
        };
        let (layout, values) = match direct {
            Some(values) => (layout, values),
            None => {
                let layout = RingLayout {
                    ring: under_windows.len().max(1),
                    ..layout
                };
                copy.set_len(layout.ring * layout.row);
                for y in under_windows {
                    let to = &mut copy[layout.at(y, 0)..][..layout.row];
                    maps.copy_row(image, y, g.channels, &mut to[..row]);
                    to[row..].fill(0.0);
                }
                (layout, &copy[..])
            }
        };
        let mut finite = true;
        for (number, y) in rows.enumerate() {
            let at = number * g.out_size[1] * g.channels;
            let argmax = argmax.as_deref_mut().map(|argmax| &mut argmax[at..]);
            finite &= pool_row(simd, g, window, layout, values, y, &mut out[at..], argmax);
        }
        finite
    }
}

/// The values of an image where they lie as `[height, width, channels]`.
fn rows_of_image<'a>(maps: &'a View, image: usize) -> Option<&'a [f32]> {
    let [_, channels, height, width] = maps.shape;
    let row = width * channels;
    maps.row(image, 0)?;
    let dense = maps.strides[2] == row || height == 1;
    dense.then(|| &maps.values[maps.at(image, 0, 0)..][..height * row])
}

/// The gradient of an image from the one of its pooling.
pub struct PoolRowsBackward<'a> {
    pub geometry: &'a Geometry,
    pub gradient: &'a View<'a>,
    pub image: usize,
    /// Of max pooling, `[rows, width, channels]`.
    pub argmax: Option<&'a [u8]>,
    /// Zeros, `[height, width, channels]`.
    pub out: &'a mut [f32],
}

impl PoolRowsBackward<'_> {
    pub fn run(self, arch: Arch) {
        SCRATCH.with_borrow_mut(|scratch| arch.dispatch(Run(self, scratch)));
    }
}

impl WithSimd for Run<'_, PoolRowsBackward<'_>> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self(work, scratch) = self;
        let PoolRowsBackward {
            geometry: g,
            gradient,
            image,
            argmax,
            out,
        } = work;
        let saved = SavedImage {
            output: &[],
            argmax,
            activated: None,
        };
        // What is added past the last channel must not reach the next position.
        let stride = g.channels.next_multiple_of(S::F32_LANES);
        let layout = RingLayout {
            ring: g.height,
            row: g.width * stride,
            stride,
        };
        let whole_vectors = stride == g.channels;
        let Scratch {
            window,
            rows,
            gradient: copy,
        } = scratch;
        let direct = match whole_vectors {
            true => rows_of_image(gradient, image),
            false => None,
        };
        let gradient = match direct {
            Some(values) => values,
            None => {
                let row = g.out_size[1] * stride;
                copy.set_len(g.out_size[0] * row);
                for (y, to) in copy.chunks_exact_mut(row).enumerate() {
                    gradient.copy_row(image, y, stride, to);
                }
                &copy[..]
            }
        };
        let sums = match whole_vectors {
            true => &mut *out,
            false => {
                rows.clear(g.height * layout.row);
                &mut rows[..]
            }
        };
        for y in 0..g.out_size[0] {
            pool_row_backward(simd, g, window, layout, &saved, gradient, y, 0, sums);
        }
        if !whole_vectors {
            let pixels = rows.chunks_exact(stride);
            for (to, from) in out.chunks_exact_mut(g.channels).zip(pixels) {
                to.copy_from_slice(&from[..g.channels]);
            }
        }
    }
}
