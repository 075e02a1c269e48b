//! Tensors whose values lie in this process's memory.

#[cfg(feature = "flex")]
mod flex;
#[cfg(feature = "ndarray")]
mod ndarray;
mod tensor;
mod view;

pub use self::tensor::{HostTensor, all_f32, strided_values};
pub use self::view::View;
