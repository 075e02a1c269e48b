//! The memory of Burn's ndarray backend.

// Burn means to drop this backend one day; until then it is a build-time choice.
#![allow(deprecated)]

use std::borrow::Cow;

use burn::backend::NdArray;
use burn::backend::TensorMetadata;
use burn::backend::ndarray::NdArrayTensor;
use burn::backend::tensor::FloatTensor;
use ndarray::{Array, IxDyn};

use super::copy::strided_copy;
use super::tensor::HostTensor;

impl HostTensor for NdArray {
    const HOST: bool = true;

    fn as_strided(tensor: &FloatTensor<Self>) -> Option<(Cow<'_, [f32]>, Vec<usize>)> {
        let NdArrayTensor::F32(storage) = tensor else {
            return None;
        };
        let view = storage.view();
        let strides: Option<Vec<usize>> = (view.strides().iter())
            .map(|&stride| usize::try_from(stride).ok())
            .collect();
        Some((Cow::Borrowed(view.to_slice_memory_order()?), strides?))
    }

    fn is_unique(tensor: &FloatTensor<Self>) -> bool {
        matches!(tensor, NdArrayTensor::F32(storage) if storage.is_unique())
    }

    fn into_vec(tensor: FloatTensor<Self>) -> Vec<f32> {
        if let NdArrayTensor::F32(storage) = &tensor
            && !storage.view().is_standard_layout()
            && let Some((values, strides)) = Self::as_strided(&tensor)
        {
            return strided_copy(&values, &tensor.shape(), &strides);
        }
        let array = match tensor {
            NdArrayTensor::F32(storage) => storage.into_owned(),
            NdArrayTensor::F64(storage) => storage.view().mapv(|value| value as f32).into(),
            other => unreachable!("a float tensor of {:?} values", other.dtype()),
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

    fn from_vec(values: Vec<f32>, shape: &[usize], device: &Self::Device) -> FloatTensor<Self> {
        match Array::from_shape_vec(IxDyn(shape), values) {
            Ok(array) => NdArrayTensor::from(array.into_shared()),
            Err(error) => panic!("no tensor {shape:?} on {device:?}: {error}"),
        }
    }
}
