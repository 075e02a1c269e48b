//! Image files, decoded to the input values of a network.
//!
//! In order: `image_options`, `conversion` and `raw_image`, `file_facts` and `sketch`, `image_file`.

mod conversion;
mod file_facts;
mod image_file;
mod image_options;
mod raw_image;
mod sketch;

pub use conversion::converted;
pub use file_facts::FileFacts;
pub use image_file::{
    DecodedFile, EXTENSIONS, decode, decode_bytes, decode_image, decode_whole, decode_with_facts,
    has_image_extension,
};
pub use image_options::ImageOptions;
pub use sketch::{BlockProjection, MAX_HASH_DISTANCE, Sketch, cannot_correlate};
