//! The backward pass over all images, shared among threads.

use std::cell::RefCell;

use pulp::{Simd, WithSimd};

use super::by_rows::by_rows;
use super::inputs::BackwardInputs;
use super::method::Method;
use super::scratch::{BackwardScratch, Sums};
use crate::conv::image::pad_image;
use crate::conv::sparse;
use crate::simd::arch;
use crate::uninit::UninitBuffer;

thread_local! {
    static SCRATCH: RefCell<BackwardScratch> = RefCell::default();
}

/// Sums the gradients of weight and bias over all images, and writes the gradient of the images to
/// `image_gradient`, `[batch, height, width, channels]`, empty where they need none.
///
/// `zeros` are the sums to start from. `None` where there is no image.
pub fn run(
    inputs: &BackwardInputs,
    zeros: Sums,
    image_gradient: &mut UninitBuffer<f32>,
) -> Option<Sums> {
    let g = inputs.geometry;
    let arch = arch();
    let size = match inputs.weights.is_empty() {
        true => 0,
        false => g.height * g.width * g.channels,
    };
    let share = g.batch.div_ceil(rayon::current_num_threads());
    let mut sums = vec![zeros; g.batch.div_ceil(share)];
    let mut rest = image_gradient.as_uninit();
    rayon::scope(|scope| {
        for (task, sums) in sums.iter_mut().enumerate() {
            let first = task * share;
            let count = share.min(g.batch - first);
            let out = rest.split_to(count * size);
            scope.spawn(move |_| {
                SCRATCH.with_borrow_mut(|scratch| {
                    arch.dispatch(RunImages {
                        inputs,
                        first,
                        count,
                        image_gradient: out.zeroed(),
                        sums,
                        scratch,
                    });
                });
            });
        }
    });
    // In the order of the images, whichever thread was first: the sum has the same bits each time.
    let mut sums = sums.into_iter();
    let mut total = sums.next()?;
    sums.for_each(|sums| total.add(&sums));
    Some(total)
}

/// The images of a thread.
struct RunImages<'a> {
    inputs: &'a BackwardInputs<'a>,
    first: usize,
    count: usize,
    /// `[count, height, width, channels]`; empty where the images need none.
    image_gradient: &'a mut [f32],
    sums: &'a mut Sums,
    scratch: &'a mut BackwardScratch,
}

impl WithSimd for RunImages<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let g = self.inputs.geometry;
        let size = g.height * g.width * g.channels;
        for n in 0..self.count {
            let out = match self.inputs.weights.is_empty() {
                true => &mut [][..],
                false => &mut self.image_gradient[n * size..(n + 1) * size],
            };
            run_image(
                simd,
                self.inputs,
                self.first + n,
                out,
                self.sums,
                self.scratch,
            );
        }
    }
}

/// Adds the gradients of an image to `sums`, and writes its own to `out`, which is empty where it
/// needs none.
#[inline(always)]
fn run_image<S: Simd>(
    simd: S,
    inputs: &BackwardInputs,
    image: usize,
    out: &mut [f32],
    sums: &mut Sums,
    scratch: &mut BackwardScratch,
) {
    let g = inputs.geometry;
    let wide = 2 * S::F32_LANES;
    if inputs.weight_gradient {
        let rows = 0..g.padded_rows;
        scratch.image.set_len(g.padded_rows * g.row_len + wide);
        pad_image(g, inputs.images, image, rows, &mut scratch.image);
    }
    if !out.is_empty() {
        (scratch.image_gradient).clear(g.padded_rows * g.row_len + wide);
    }
    copy_gradient(inputs, image, scratch);
    let saved = inputs.saved(image);
    if inputs.method == Method::Sparse {
        let BackwardScratch {
            nonzeros,
            output_gradient,
            ..
        } = scratch;
        let bias = &mut sums.bias;
        nonzeros.gather(simd, g, &saved, output_gradient, inputs.stride, bias);
        if inputs.weight_gradient {
            sparse::weight_gradient(simd, g, nonzeros, &scratch.image, &mut sums.weights);
        }
        if let (false, [weights]) = (out.is_empty(), inputs.weights.as_slice()) {
            let to = &mut scratch.image_gradient;
            sparse::image_gradient(simd, g, nonzeros, &weights.values, to);
        }
    } else {
        by_rows(simd, inputs, &saved, !out.is_empty(), sums, scratch);
    }
    if !out.is_empty() {
        let [top, left, ..] = g.padding;
        let len = g.width * g.channels;
        for (y, out) in out.chunks_exact_mut(len).enumerate() {
            let from = (top + y) * g.row_len + left * g.channels;
            out.copy_from_slice(&scratch.image_gradient[from..from + len]);
        }
    }
}

/// Copies the gradient of an image's output to the scratch memory, channels-last.
fn copy_gradient(inputs: &BackwardInputs, image: usize, scratch: &mut BackwardScratch) {
    let [rows, columns] = inputs.geometry.out_size;
    let row = columns * inputs.stride;
    scratch.output_gradient.set_len(rows * row);
    for y in 0..rows {
        let out = &mut scratch.output_gradient[y * row..(y + 1) * row];
        inputs.gradient.copy_row(image, y, inputs.stride, out);
    }
}
