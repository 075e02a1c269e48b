//! Tensors whose values lie in this process's memory.

use std::borrow::Cow;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata};
use burn::tensor::{DType, TensorData, read_sync};

/// A backend's way to hand out its memory; by default it has none to hand out.
pub trait HostTensor: Backend {
    /// Whether tensors lie in this process's memory.
    const HOST: bool = false;

    /// The values of an f32 tensor and the elements between neighbours along each axis, where that
    /// can be told without a copy.
    fn values(_tensor: &FloatTensor<Self>) -> Option<(Cow<'_, [f32]>, Vec<usize>)> {
        None
    }

    /// The values of a tensor in the order of its shape as 32-bit floats, without a copy where
    /// nobody else holds them.
    fn into_values(tensor: FloatTensor<Self>) -> Vec<f32> {
        let data = read_sync(Self::float_into_data(tensor));
        data.map(|data| data.iter::<f32>().collect())
            .unwrap_or_default()
    }

    /// A tensor of `values` in the order of `shape`, without a copy where that is possible.
    fn from_values(values: Vec<f32>, shape: &[usize], device: &Self::Device) -> FloatTensor<Self> {
        Self::float_from_data(TensorData::new(values, shape), device)
    }
}

/// The values of a 32-bit float tensor and the elements between neighbours along each axis; a
/// copy where they lie in an order that unsigned strides cannot tell.
pub fn readable<B: HostTensor>(tensor: &FloatTensor<B>) -> Option<(Cow<'_, [f32]>, Vec<usize>)> {
    if !B::HOST || tensor.dtype() != DType::F32 {
        return None;
    }
    B::values(tensor).or_else(|| {
        let shape = tensor.shape();
        let mut strides = vec![1; shape.num_dims()];
        for axis in (1..shape.num_dims()).rev() {
            strides[axis - 1] = strides[axis] * shape[axis];
        }
        Some((Cow::Owned(B::into_values(tensor.clone())), strides))
    })
}

/// Whether all tensors are 32-bit floats.
pub fn all_float<B: HostTensor, const N: usize>(tensors: [&FloatTensor<B>; N]) -> bool {
    tensors.iter().all(|tensor| tensor.dtype() == DType::F32)
}

/// The values of images or feature maps and where each lies.
#[derive(Debug, Clone)]
pub struct View<'a> {
    pub values: Cow<'a, [f32]>,
    /// Elements between neighbours along each axis.
    pub strides: [usize; 4],
    /// `[batch, channels, height, width]`
    pub shape: [usize; 4],
}

impl<'a> View<'a> {
    /// The values of a tensor of rank 4.
    ///
    /// `None` where they are not 32-bit floats in this process's memory.
    pub fn of<B: HostTensor>(tensor: &'a FloatTensor<B>) -> Option<Self> {
        let (values, strides) = readable::<B>(tensor)?;
        Some(Self {
            values,
            strides: strides.try_into().ok()?,
            shape: tensor.shape().to_vec().try_into().ok()?,
        })
    }

    /// Copies row `y` of an image to `out`: `[width]`, each with the channels, `step` apart.
    pub fn copy_row(&self, image: usize, y: usize, step: usize, out: &mut [f32]) {
        let [_, channels, _, width] = self.shape;
        let [along_images, along_channels, along_height, along_width] = self.strides;
        let start = image * along_images + y * along_height;
        if (along_channels == 1 || channels == 1) && along_width == channels {
            let row = &self.values[start..start + width * channels];
            if step == channels {
                out[..row.len()].copy_from_slice(row);
            } else {
                for (out, pixel) in out.chunks_mut(step).zip(row.chunks_exact(channels)) {
                    out[..channels].copy_from_slice(pixel);
                }
            }
            return;
        }
        let row = &self.values[start..];
        let whole = match along_width {
            1 => transpose_tiles(row, along_channels, [channels, width], step, out),
            _ => [0, 0],
        };
        // Pixel after pixel: what is written lies in order, and what is read stays in the cache
        // until the next pixel needs its neighbours.
        for (x, out) in out.chunks_mut(step).take(width).enumerate() {
            let first = x * along_width;
            if along_channels == 0 {
                out[..channels].fill(row[first]);
                continue;
            }
            let done = if x < whole[1] { whole[0] } else { 0 };
            let values = row[first..].iter().step_by(along_channels);
            (out[done..channels].iter_mut().zip(values.skip(done)))
                .for_each(|(out, value)| *out = *value);
        }
    }
}

/// Side of the tiles of a transposition: the compiler keeps this many rows in registers.
const TILE: usize = 4;

/// Writes channels `along_channels` apart, `[channels, width]`, as pixels `step` apart, as far as
/// whole tiles go: the channels and columns that are done.
fn transpose_tiles(
    row: &[f32],
    along_channels: usize,
    size: [usize; 2],
    step: usize,
    out: &mut [f32],
) -> [usize; 2] {
    let [channels, width] = size.map(|size| size / TILE * TILE);
    if along_channels == 0 {
        return [0, 0];
    }
    for x in (0..width).step_by(TILE) {
        for channel in (0..channels).step_by(TILE) {
            let line = |number: usize| {
                let from = (channel + number) * along_channels + x;
                let line: &[f32] = &row[from..from + TILE];
                [line[0], line[1], line[2], line[3]]
            };
            let [a, b, c, d] = [line(0), line(1), line(2), line(3)];
            for column in 0..TILE {
                let to = (x + column) * step + channel;
                out[to..to + TILE].copy_from_slice(&[a[column], b[column], c[column], d[column]]);
            }
        }
    }
    [channels, width]
}

#[cfg(feature = "flex")]
impl HostTensor for burn::backend::Flex {
    const HOST: bool = true;

    fn values(tensor: &FloatTensor<Self>) -> Option<(Cow<'_, [f32]>, Vec<usize>)> {
        if tensor.dtype() != DType::F32 {
            return None;
        }
        let layout = tensor.layout();
        let strides = layout.strides().iter().copied();
        let strides = (strides.map(usize::try_from))
            .collect::<Result<_, _>>()
            .ok()?;
        let values = tensor.storage::<f32>().get(layout.start_offset()..)?;
        Some((Cow::Borrowed(values), strides))
    }

    fn into_values(tensor: FloatTensor<Self>) -> Vec<f32> {
        let data = tensor.into_data();
        match data.dtype() {
            DType::F32 => data.try_into_vec().unwrap_or_default(),
            _ => data.iter::<f32>().collect(),
        }
    }
}

#[cfg(feature = "ndarray")]
mod of_ndarray {
    // Burn means to drop this backend one day; until then it is a build-time choice.
    #![allow(deprecated)]

    use burn::backend::NdArray;
    use burn::backend::ndarray::NdArrayTensor;
    use ndarray::{Array, IxDyn};

    use super::*;

    impl HostTensor for NdArray {
        const HOST: bool = true;

        fn values(tensor: &FloatTensor<Self>) -> Option<(Cow<'_, [f32]>, Vec<usize>)> {
            let NdArrayTensor::F32(storage) = tensor else {
                return None;
            };
            let view = storage.view();
            let strides: Option<Vec<usize>> = (view.strides().iter())
                .map(|&stride| usize::try_from(stride).ok())
                .collect();
            Some((Cow::Borrowed(view.to_slice_memory_order()?), strides?))
        }

        fn into_values(tensor: FloatTensor<Self>) -> Vec<f32> {
            let array = match tensor {
                NdArrayTensor::F32(storage) => storage.into_owned(),
                NdArrayTensor::F64(storage) => storage.view().mapv(|value| value as f32).into(),
                _ => return Vec::new(), // no float tensor is of another kind
            };
            let len = array.len();
            if !array.is_standard_layout() {
                return array.iter().copied().collect();
            }
            match array.into_owned().into_raw_vec_and_offset() {
                (values, None | Some(0)) if values.len() == len => values,
                (values, offset) => values[offset.unwrap_or(0)..][..len].to_vec(),
            }
        }

        fn from_values(
            values: Vec<f32>,
            shape: &[usize],
            device: &Self::Device,
        ) -> FloatTensor<Self> {
            match Array::from_shape_vec(IxDyn(shape), values) {
                Ok(array) => NdArrayTensor::from(array.into_shared()),
                Err(error) => unreachable!("{error} on {device:?}"),
            }
        }
    }
}
