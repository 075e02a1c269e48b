//! Images and pairs of images, by their places in the splits.

use std::fmt;

use serde::Serialize;

/// Names of the splits, in the order of all lists by split.
pub const SPLITS: [&str; 3] = ["train", "valid", "test"];

/// An image of the data set.
#[derive(Debug, Clone, Serialize)]
pub struct Place {
    pub split: &'static str,
    /// Position in the split.
    pub index: usize,
    pub class: String,
    /// See [`ImageStore::origin`](crate::data::ImageStore::origin).
    pub origin: String,
}

/// Two images that are duplicates.
#[derive(Debug, Clone, Serialize)]
pub struct Pair {
    pub images: [Place; 2],
    /// Hamming distance of their 64-bit perceptual hashes; `None` if all pixel values are equal.
    pub bits: Option<u32>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let split = adjective(self.split);
        write!(
            f,
            "{split} image {} ({}, {})",
            self.index, self.class, self.origin
        )
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [one, other] = &self.images;
        match self.bits {
            None => write!(f, "{one} is {other}"),
            Some(bits) => write!(f, "{one} is nearly {other}: {bits} of 64 bits differ"),
        }
    }
}

/// The adjective for `split`, as in "training images".
pub fn adjective(split: &str) -> &str {
    match split {
        "train" => "training",
        "valid" => "validation",
        split => split,
    }
}
