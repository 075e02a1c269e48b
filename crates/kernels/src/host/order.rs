//! The order of a tensor's axes in memory, for operations that do not care which axis is which.

use std::borrow::Cow;

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;

use super::copy::strided_copy;
use super::tensor::{HostTensor, strided_values};

/// An order of axes, from the one with the longest steps in memory to the one whose values lie side
/// by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AxisOrder {
    axes: Vec<usize>,
    /// The tensor's own, not in this order.
    shape: Vec<usize>,
}

impl AxisOrder {
    /// The last axis lies side by side.
    pub fn row_major(shape: &[usize]) -> Self {
        Self {
            axes: (0..shape.len()).collect(),
            shape: shape.to_vec(),
        }
    }

    /// The channels of each pixel lie side by side; `shape` is `[batch, channels, height, width]`.
    pub fn channels_last(shape: [usize; 4]) -> Self {
        Self {
            axes: vec![0, 2, 3, 1],
            shape: shape.to_vec(),
        }
    }

    /// The order that a tensor has, or row-major where its values do not lie one after the other.
    ///
    /// `None` where they are no 32-bit floats in this process's memory.
    pub fn of<B: HostTensor>(tensor: &FloatTensor<B>) -> Option<Self> {
        let shape = tensor.shape().to_vec();
        let (_, strides) = strided_values::<B>(tensor)?;
        let mut by_stride: Vec<usize> = (0..shape.len()).collect();
        // An axis of length one may have any stride.
        by_stride.sort_by_key(|&axis| match shape[axis] {
            1 => (0, 0),
            _ => (1, usize::MAX - strides[axis]),
        });
        let channels_last = <[usize; 4]>::try_from(shape.as_slice()).map(Self::channels_last);
        let orders = [
            Some(Self::row_major(&shape)),
            channels_last.ok(),
            Some(Self {
                axes: by_stride,
                shape: shape.clone(),
            }),
        ];
        let found = (orders.into_iter().flatten()).find(|order| order.is_of(&strides));
        Some(found.unwrap_or_else(|| Self::row_major(&shape)))
    }

    /// Whether values with these strides lie one after the other in this order.
    fn is_of(&self, strides: &[usize]) -> bool {
        let mut step = 1;
        self.axes.iter().rev().all(|&axis| {
            let fits = self.shape[axis] == 1 || strides[axis] == step;
            step *= self.shape[axis];
            fits
        })
    }

    /// Whether the values of a tensor lie one after the other in this order.
    pub fn is_order_of<B: HostTensor>(&self, tensor: &FloatTensor<B>) -> bool {
        let strides = strided_values::<B>(tensor).map(|(_, strides)| strides);
        strides.is_some_and(|strides| self.is_of(&strides))
    }

    /// The shape of the tensor.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Number of values.
    fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// The values in this order; a copy only where they lie in another.
    ///
    /// `None` where they are no 32-bit floats in this process's memory.
    pub fn values<'a, B: HostTensor>(&self, tensor: &'a FloatTensor<B>) -> Option<Cow<'a, [f32]>> {
        let (values, strides) = strided_values::<B>(tensor)?;
        if !self.is_of(&strides) {
            return Some(self.copy(&values, &strides).into());
        }
        let len = self.len();
        Some(match values {
            Cow::Borrowed(values) => values[..len].into(),
            Cow::Owned(mut values) => {
                values.truncate(len);
                values.into()
            }
        })
    }

    /// The values in this order; a copy only where they lie in another, or another tensor holds
    /// them too.
    ///
    /// `None` where they are no 32-bit floats in this process's memory.
    pub fn take_values<B: HostTensor>(&self, tensor: FloatTensor<B>) -> Option<Vec<f32>> {
        let (values, strides) = strided_values::<B>(&tensor)?;
        if !self.is_of(&strides) {
            return Some(self.copy(&values, &strides));
        }
        drop(values);
        Some(B::into_vec(B::float_permute(tensor, &self.axes)))
    }

    fn copy(&self, values: &[f32], strides: &[usize]) -> Vec<f32> {
        let strides: Vec<usize> = self.axes.iter().map(|&axis| strides[axis]).collect();
        strided_copy(values, &self.shape_in_order(), &strides)
    }

    /// Whether the values can be changed where they are: in this order, and held by no other tensor.
    pub fn owns<B: HostTensor>(&self, tensor: &FloatTensor<B>) -> bool {
        self.is_order_of::<B>(tensor) && B::is_unique(tensor)
    }

    /// A tensor of values in this order.
    pub fn tensor<B: HostTensor>(&self, values: Vec<f32>, device: &B::Device) -> FloatTensor<B> {
        let tensor = B::from_vec(values, &self.shape_in_order(), device);
        if self.axes.is_sorted() {
            return tensor;
        }
        let mut back = vec![0; self.axes.len()];
        for (at, &axis) in self.axes.iter().enumerate() {
            back[axis] = at;
        }
        B::float_permute(tensor, &back)
    }

    fn shape_in_order(&self) -> Vec<usize> {
        self.axes.iter().map(|&axis| self.shape[axis]).collect()
    }
}
