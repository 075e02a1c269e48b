//! Tensors whose values lie in this process's memory.

use std::borrow::Cow;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata};
use burn::tensor::TensorData;

/// A backend's way to hand out its memory; by default it has none to hand out.
pub trait HostTensor: Backend {
    /// Whether tensors lie in this process's memory.
    const HOST: bool = false;

    /// The values of an f32 tensor and the elements between neighbours along each axis.
    fn values(_tensor: &FloatTensor<Self>) -> Option<(Cow<'_, [f32]>, Vec<usize>)> {
        None
    }

    /// The values of an f32 tensor in the order of its shape, without a copy where nobody else
    /// holds them.
    fn into_values(_tensor: FloatTensor<Self>) -> Option<Vec<f32>> {
        None
    }

    /// A tensor of `values` in the order of `shape`, without a copy where that is possible.
    fn from_values(values: Vec<f32>, shape: &[usize], device: &Self::Device) -> FloatTensor<Self> {
        Self::float_from_data(TensorData::new(values, shape), device)
    }
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
    pub fn of<B: HostTensor>(tensor: &'a FloatTensor<B>) -> Option<Self> {
        let (values, strides) = B::values(tensor)?;
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
        for channel in 0..channels {
            let row = self.values[start + channel * along_channels..].iter();
            let out = out[channel..].iter_mut().step_by(step).take(width);
            // A stride of 0 repeats one value.
            match along_width {
                0 => out.for_each(|out| *out = self.values[start + channel * along_channels]),
                _ => (out.zip(row.step_by(along_width))).for_each(|(out, value)| *out = *value),
            }
        }
    }
}

#[cfg(feature = "flex")]
impl HostTensor for burn::backend::Flex {
    const HOST: bool = true;

    fn values(tensor: &FloatTensor<Self>) -> Option<(Cow<'_, [f32]>, Vec<usize>)> {
        if tensor.dtype() != burn::tensor::DType::F32 {
            return None;
        }
        let layout = tensor.layout();
        let strides = layout.strides().iter().copied();
        // A negative stride is a flipped view, which no network here makes.
        let strides = (strides.map(usize::try_from)).collect::<Result<_, _>>().ok()?;
        let values = tensor.storage::<f32>().get(layout.start_offset()..)?;
        Some((Cow::Borrowed(values), strides))
    }

    fn into_values(tensor: FloatTensor<Self>) -> Option<Vec<f32>> {
        tensor.into_data().try_into_vec().ok()
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
            match (view.to_slice_memory_order(), strides) {
                (Some(values), Some(strides)) => Some((Cow::Borrowed(values), strides)),
                _ => {
                    let values = view.iter().copied().collect();
                    let mut strides = vec![1; view.ndim()];
                    for axis in (1..view.ndim()).rev() {
                        strides[axis - 1] = strides[axis] * view.len_of(ndarray::Axis(axis));
                    }
                    Some((Cow::Owned(values), strides))
                }
            }
        }

        fn into_values(tensor: FloatTensor<Self>) -> Option<Vec<f32>> {
            let NdArrayTensor::F32(storage) = tensor else {
                return None;
            };
            let array = storage.into_owned();
            if !array.is_standard_layout() {
                return Some(array.iter().copied().collect());
            }
            match array.into_owned().into_raw_vec_and_offset() {
                (values, None | Some(0)) => Some(values),
                (values, Some(offset)) => Some(values[offset..].to_vec()),
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
