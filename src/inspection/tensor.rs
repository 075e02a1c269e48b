use burn::tensor::Tensor;

use super::error::InspectionError;

/// Images per forward pass: few, because the outputs of all layers are in memory at once.
pub(super) const BATCH: usize = 32;

/// Copies the values of a tensor to host memory, in row-major order.
///
/// # Errors
/// The device failed.
pub fn to_vec<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, InspectionError> {
    let data = tensor.try_into_data();
    let data = data.map_err(|error| InspectionError::Device(error.to_string()))?;
    Ok(data.iter().collect())
}
