//! Tensors whose values lie in this process's memory.

mod copy;
#[cfg(feature = "flex")]
mod flex;
#[cfg(feature = "ndarray")]
mod ndarray;
mod order;
mod tensor;
mod view;

pub use self::order::AxisOrder;
pub use self::tensor::{HostTensor, all_f32, strided_values};
pub use self::view::View;
