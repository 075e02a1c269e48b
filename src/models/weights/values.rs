//! Reading and replacing the values of a module's tensors, by their identity.

use std::collections::HashMap;

use burn::module::{ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{Tensor, TensorData};

use super::error::WeightsError;

/// Reads the shape of every tensor.
#[derive(Default)]
pub struct ReadShapes(pub HashMap<ParamId, Vec<usize>>);

impl ModuleVisitor for ReadShapes {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.insert(param.id, param.shape().to_vec());
    }
}

/// Shape and values of every tensor.
type Values = HashMap<ParamId, (Vec<usize>, Vec<f32>)>;

/// Reads shape and values of every tensor.
#[derive(Default)]
pub struct ReadValues {
    values: Values,
    error: Option<String>,
}

impl ReadValues {
    /// # Errors
    /// The device failed.
    pub fn finish(self) -> Result<Values, WeightsError> {
        match self.error {
            Some(error) => Err(WeightsError::Device(error)),
            None => Ok(self.values),
        }
    }
}

impl ModuleVisitor for ReadValues {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        let shape = tensor.shape().to_vec();
        match tensor.try_into_data() {
            Ok(data) => {
                let values: Vec<f32> = data.iter().collect();
                self.values.insert(param.id, (shape, values));
            }
            Err(error) => self.error = Some(error.to_string()),
        }
    }
}

/// Replaces the values of the tensors in the map.
pub struct WriteValues(pub HashMap<ParamId, Vec<f32>>);

impl ModuleMapper for WriteValues {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(values) = self.0.remove(&param.id) else {
            return param;
        };
        let shape = param.shape();
        let data = TensorData::new(values, shape);
        param.map(|tensor| {
            let tracked = tensor.is_require_grad();
            let new = Tensor::from_data(data.clone(), &tensor.device());
            if tracked { new.require_grad() } else { new }
        })
    }
}
