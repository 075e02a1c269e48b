//! The memory of Burn's flex backend.

use std::borrow::Cow;
use std::convert::Infallible;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Flex, TensorMetadata};
use burn::tensor::DType;

use super::copy::strided_copy;
use super::tensor::{HostTensor, f32_values};

impl HostTensor for Flex {
    const HOST: bool = true;

    fn as_strided(tensor: &FloatTensor<Self>) -> Option<(Cow<'_, [f32]>, Vec<usize>)> {
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

    fn into_vec(tensor: FloatTensor<Self>) -> Vec<f32> {
        let shape = tensor.shape().to_vec();
        if !tensor.is_contiguous()
            && let Some((values, strides)) = Self::as_strided(&tensor)
        {
            return strided_copy(&values, &shape, &strides);
        }
        f32_values(Ok::<_, Infallible>(tensor.into_data()), &shape)
    }
}
