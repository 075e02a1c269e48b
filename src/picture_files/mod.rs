//! Picture files that a user names: which they are, and preparing them into another folder.

mod error;
mod inputs;
mod manifest;
mod plan;
mod prepare;

pub use error::PrepareError;
pub use inputs::{PictureInput, UnusableInput, find_pictures};
pub use prepare::{FolderPreparation, Prepared};
