//! Feature maps as vectors.

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use burn::tensor::Shape;

use crate::host::{AxisOrder, HostTensor, strided_values};

/// Whether [`flatten`] can flatten these: feature maps of 32-bit floats in this process's memory.
pub fn flattens<B: HostTensor>(maps: &FloatTensor<B>) -> bool {
    maps.rank() == 4 && strided_values::<B>(maps).is_some()
}

/// `[batch, channels, height, width]` as `[batch, channels * height * width]`. A copy only where the
/// maps do not lie in row-major order.
///
/// # Panics
/// Where [`flattens`] says no.
pub fn flatten<B: HostTensor>(maps: FloatTensor<B>) -> FloatTensor<B> {
    let shape = maps.shape().to_vec();
    let flat = [shape[0], shape[1..].iter().product()];
    let row_major = AxisOrder::row_major(&shape);
    if row_major.is_order_of::<B>(&maps) {
        return B::float_reshape(maps, Shape::new(flat));
    }
    let device = maps.device();
    let values = row_major.take_values::<B>(maps);
    B::from_vec(
        values.expect("the caller asks `flattens` first"),
        &flat,
        &device,
    )
}

/// The gradient with respect to the maps, in their order in memory.
pub fn flatten_backward<B: HostTensor>(
    order: &AxisOrder,
    gradient: FloatTensor<B>,
) -> Option<FloatTensor<B>> {
    let device = gradient.device();
    let flat = gradient.shape().to_vec();
    let values = AxisOrder::row_major(&flat).take_values::<B>(gradient)?;
    let maps = B::from_vec(values, order.shape(), &device);
    let values = order.take_values::<B>(maps)?;
    Some(order.tensor::<B>(values, &device))
}
