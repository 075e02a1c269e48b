//! Pooling of feature maps that no convolution takes along, as behind a batch norm in training.

use std::sync::Arc;

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use rayon::prelude::*;

use super::from_channels_last;
use crate::conv::{PoolRows, PoolRowsBackward, pooling_geometry};
use crate::host::{HostTensor, View};
use crate::simd::arch;
use crate::spec::{Pool, PoolKind};
use crate::uninit::UninitBuffer;

/// What the forward pass saves for the backward pass.
#[derive(Debug, Clone)]
pub struct SavedPool {
    /// Of the maps, `[batch, channels, height, width]`.
    shape: [usize; 4],
    pool: Pool,
    /// Only of max pooling: the number of each maximum in its window,
    /// `[batch, rows, width, channels]`.
    argmax: Option<Arc<Vec<u8>>>,
}

/// Output values of the rows that a thread works on at once, about.
const SHARE: usize = 1 << 14;

/// The pooled maps, and with `save` what the backward pass needs.
///
/// `None` where the kernels do not cover a case (see `Geometry::new`), or where a value is NaN or
/// infinite: Burn's own operations then decide what the result is.
pub fn pool<B: HostTensor>(
    maps: &FloatTensor<B>,
    pool: &Pool,
    save: bool,
) -> Option<(FloatTensor<B>, Option<SavedPool>)> {
    let view = View::of::<B>(maps)?;
    let Some(geometry) = pooling_geometry(view.shape, pool) else {
        log::debug!(
            "pooling by Burn's own operations: images {:?}, {pool:?}",
            view.shape
        );
        return None;
    };
    let g = &geometry;
    let [rows, columns] = g.out_size;
    let row = columns * g.channels;
    let mut out = UninitBuffer::new(g.batch * rows * row);
    let keeps_argmax = save && pool.kind == PoolKind::Max;
    let mut argmax = keeps_argmax.then(|| UninitBuffer::new(g.batch * rows * row));
    let mut rest = out.as_uninit();
    let mut argmax_rest = argmax.as_mut().map(UninitBuffer::as_uninit);
    let band = SHARE.div_ceil(row);
    let bands: Vec<_> = (0..g.batch)
        .flat_map(|image| (0..rows).step_by(band).map(move |first| (image, first)))
        .map(|(image, first)| {
            let rows = first..rows.min(first + band);
            let len = rows.len() * row;
            let argmax = argmax_rest.as_mut().map(|rest| rest.split_to(len));
            (image, rows, rest.split_to(len), argmax)
        })
        .collect();
    let (view, arch) = (&view, arch());
    let finite = bands.into_par_iter().map(|(image, rows, out, argmax)| {
        let out = out.zeroed();
        let argmax = argmax.map(|argmax| argmax.zeroed());
        let work = PoolRows {
            geometry: g,
            maps: view,
            image,
            rows,
            out,
            argmax,
        };
        work.run(arch)
    });
    if !finite.reduce(|| true, |a, b| a && b) {
        log::debug!("pooling by Burn's own operations: a value is NaN or infinite");
        return None;
    }
    let shape = [g.batch, g.channels, rows, columns];
    let output = from_channels_last::<B>(out.into_vec(), shape, &maps.device());
    let saved = save.then(|| SavedPool {
        shape: view.shape,
        pool: *pool,
        argmax: argmax.map(UninitBuffer::into_vec).map(Arc::new),
    });
    Some((output, saved))
}

/// The gradient with respect to the maps.
pub fn pool_backward<B: HostTensor>(
    saved: &SavedPool,
    gradient: &FloatTensor<B>,
) -> Option<FloatTensor<B>> {
    let geometry = pooling_geometry(saved.shape, &saved.pool)?;
    let g = &geometry;
    let view = View::of::<B>(gradient)?;
    let size = g.height * g.width * g.channels;
    let pooled = g.out_size[0] * g.out_size[1] * g.channels;
    let argmax = saved.argmax.as_deref();
    let mut out = UninitBuffer::new(g.batch * size);
    let mut rest = out.as_uninit();
    let images: Vec<_> = (0..g.batch)
        .map(|image| (image, rest.split_to(size)))
        .collect();
    let (view, arch) = (&view, arch());
    images.into_par_iter().for_each(|(image, slice)| {
        let work = PoolRowsBackward {
            geometry: g,
            gradient: view,
            image,
            argmax: argmax.map(|argmax| &argmax[image * pooled..]),
            out: slice.zeroed(),
        };
        work.run(arch);
    });
    let device = gradient.device();
    Some(from_channels_last::<B>(
        out.into_vec(),
        saved.shape,
        &device,
    ))
}
