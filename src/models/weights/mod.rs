//! Weights in files. They are written as safetensors with PyTorch's names and layouts, so that other
//! programs can read them, and read from such files and from those of PyTorch and Keras.

mod error;
mod layout;
mod load;
mod report;
mod save;
mod tensors;
mod values;

pub use error::WeightsError;
pub use load::LoadScope;
pub use report::LoadReport;
