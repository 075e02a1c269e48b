//! Sizes and colours of the image files.

use std::collections::BTreeMap;

use image::ColorType;
use serde::Serialize;

use crate::data::decoding::FileFacts;
use crate::data::splits::Split;
use crate::pixels::ImageShape;

/// Statistics over all image files of a data set.
#[derive(Debug, Clone, Serialize)]
pub struct Files {
    /// `[height, width]` of the image with the fewest pixels.
    pub smallest: [u32; 2],
    /// `[height, width]` of the image with the median number of pixels.
    pub median: [u32; 2],
    /// `[height, width]` of the image with the most pixels.
    pub largest: [u32; 2],
    /// Number of files with fewer rows or columns than the input of the network; they are enlarged.
    pub enlarged: usize,
    /// Number of files by their colours.
    pub colors: BTreeMap<&'static str, usize>,
}

impl Files {
    /// `None` if no image has a file of its own; `input` is the input size of the network.
    pub fn new(splits: &[&Split], input: ImageShape) -> Option<Self> {
        let facts = splits.iter().flat_map(|split| {
            let indices = 0..split.len();
            indices.filter_map(|index| split.file_facts(index))
        });
        let mut facts: Vec<FileFacts> = facts.collect();
        facts.sort_by_key(|file| {
            let pixels = u64::from(file.height) * u64::from(file.width);
            (pixels, file.height)
        });
        let size = |at: usize| facts.get(at).map(|file| [file.height, file.width]);
        let is_small = |file: &&FileFacts| {
            (file.height as usize) < input.height || (file.width as usize) < input.width
        };
        let mut colors = BTreeMap::new();
        for file in &facts {
            *colors.entry(name(file.color)).or_default() += 1;
        }
        Some(Self {
            smallest: size(0)?,
            median: size(facts.len() / 2)?,
            largest: size(facts.len() - 1)?,
            enlarged: facts.iter().filter(is_small).count(),
            colors,
        })
    }
}

fn name(color: ColorType) -> &'static str {
    match color {
        ColorType::L8 => "grey",
        ColorType::La8 => "grey with alpha",
        ColorType::Rgb8 => "RGB",
        ColorType::Rgba8 => "RGB with alpha",
        ColorType::L16 => "grey, 16 bits",
        ColorType::La16 => "grey with alpha, 16 bits",
        ColorType::Rgb16 => "RGB, 16 bits",
        ColorType::Rgba16 => "RGB with alpha, 16 bits",
        _ => "floating point",
    }
}
