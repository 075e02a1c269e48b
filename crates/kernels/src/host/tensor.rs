//! What a backend must offer so that kernels can work on its memory.

use std::borrow::Cow;
use std::fmt::Display;

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, TensorMetadata};
use burn::tensor::{DType, TensorData, read_sync};

/// A backend's access to its memory; by default it gives none.
pub trait HostTensor: Backend {
    /// Whether tensors lie in this process's memory.
    const HOST: bool = false;

    /// The values of an f32 tensor and the stride of each axis, in values, where no copy is
    /// needed for it.
    fn as_strided(_tensor: &FloatTensor<Self>) -> Option<(Cow<'_, [f32]>, Vec<usize>)> {
        None
    }

    /// Whether no other tensor holds the values of this one.
    fn is_unique(tensor: &FloatTensor<Self>) -> bool {
        tensor.can_mut()
    }

    /// The values of a tensor in row-major order as 32-bit floats, without a copy where nobody
    /// else holds them.
    ///
    /// # Panics
    /// When the device does not hand them out, as `Tensor::into_data` does.
    fn into_vec(tensor: FloatTensor<Self>) -> Vec<f32> {
        let shape = tensor.shape().to_vec();
        f32_values(read_sync(Self::float_into_data(tensor)), &shape)
    }

    /// Indices in row-major order; `None` where one is negative, or they cannot be read.
    fn into_indices(tensor: IntTensor<Self>) -> Option<Vec<usize>> {
        let data = read_sync(Self::int_into_data(tensor)).ok()?;
        let indices = data.iter::<i64>();
        indices.map(|index| usize::try_from(index).ok()).collect()
    }

    /// A tensor of `values` in row-major order, without a copy where that is possible.
    ///
    /// # Panics
    /// When `shape` has another number of values.
    fn from_vec(values: Vec<f32>, shape: &[usize], device: &Self::Device) -> FloatTensor<Self> {
        Self::float_from_data(TensorData::new(values, shape), device)
    }
}

/// What was read from a tensor of `shape`, as 32-bit floats.
///
/// # Panics
/// When it could not be read: an empty tensor in its place would go on as a wrong result.
pub fn f32_values<E: Display>(data: Result<TensorData, E>, shape: &[usize]) -> Vec<f32> {
    let data = match data {
        Ok(data) => data,
        Err(error) => panic!("the values of a tensor {shape:?} could not be read: {error}"),
    };
    if data.dtype() != DType::F32 {
        return data.iter::<f32>().collect();
    }
    match data.try_into_vec() {
        Ok(values) => values,
        Err(error) => panic!("the values of a tensor {shape:?} could not be read: {error:?}"),
    }
}

/// The values of a tensor of 32-bit floats and the stride of each axis, in values; a copy where a
/// stride is negative.
///
/// `None` where it has other values, or lies on another device.
pub fn strided_values<B: HostTensor>(
    tensor: &FloatTensor<B>,
) -> Option<(Cow<'_, [f32]>, Vec<usize>)> {
    if !B::HOST || tensor.dtype() != DType::F32 {
        return None;
    }
    B::as_strided(tensor).or_else(|| {
        let shape = tensor.shape();
        let mut strides = vec![1; shape.num_dims()];
        for axis in (1..shape.num_dims()).rev() {
            strides[axis - 1] = strides[axis] * shape[axis];
        }
        Some((Cow::Owned(B::into_vec(tensor.clone())), strides))
    })
}

/// Whether all tensors have 32-bit floats.
pub fn all_f32<B: HostTensor, const N: usize>(tensors: [&FloatTensor<B>; N]) -> bool {
    tensors.iter().all(|tensor| tensor.dtype() == DType::F32)
}

#[cfg(test)]
mod tests {
    use burn::tensor::TensorData;

    use super::f32_values;

    #[test]
    fn values_are_read_as_single_precision() {
        let read = |data| f32_values(Ok::<_, String>(data), &[2]);
        assert_eq!(read(TensorData::new(vec![1.5_f32, 2.0], [2])), [1.5, 2.0]);
        assert_eq!(read(TensorData::new(vec![1.5_f64, 2.0], [2])), [1.5, 2.0]);
    }

    #[test]
    #[should_panic(expected = "the values of a tensor [2, 3] could not be read: device lost")]
    fn a_failed_read_is_no_empty_tensor() {
        f32_values(Err("device lost"), &[2, 3]);
    }
}
