//! One image file of the outside world, made into the values that a network takes.

mod conversion;
mod file_facts;
mod image_file;
mod image_options;
mod sketch;

pub use conversion::converted;
pub use file_facts::FileFacts;
pub use image_file::{
    EXTENSIONS, Seen, decode, decode_bytes, decode_image, decode_seen, decode_whole,
    has_image_extension,
};
pub use image_options::ImageOptions;
pub use sketch::{MOST_BITS, Outline, Sketch, apart};
