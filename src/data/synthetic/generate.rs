//! Draws whole splits and data sets.

use std::sync::Arc;

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::drawing::Drawing;
use crate::data::sources::MemoryStore;
use crate::data::store::RawDataset;
use crate::fingerprint::Fingerprint;

/// The two splits of a drawn data set; they have no image in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyntheticSplit {
    Train,
    Test,
}

impl SyntheticSplit {
    fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
        }
    }
}

/// Draws `count` images in a shuffled order; the sizes of the classes differ by at most one.
///
/// Image `i` and its label depend on `drawing`, `split`, `seed` and `i` only.
pub fn draw(drawing: Drawing, split: SyntheticSplit, count: usize, seed: u64) -> MemoryStore {
    let (pixels, labels) = draw_split(drawing, split, count, seed);
    store(drawing, split, pixels, labels)
}

/// Draws both splits of a data set.
///
/// The fingerprint is over the pixels and then the labels (two bytes each, little endian) of the
/// training images, followed by those of the test images.
pub fn load(drawing: Drawing, train: usize, test: usize, seed: u64) -> RawDataset {
    let mut fingerprint = Fingerprint::new();
    let [train, test] =
        [(SyntheticSplit::Train, train), (SyntheticSplit::Test, test)].map(|(split, count)| {
            let (pixels, labels) = draw_split(drawing, split, count, seed);
            fingerprint.bytes(&pixels);
            let labels_as_bytes: Vec<u8> = labels
                .iter()
                .flat_map(|label| label.to_le_bytes())
                .collect();
            fingerprint.bytes(&labels_as_bytes);
            Arc::new(store(drawing, split, pixels, labels))
        });
    RawDataset {
        name: drawing.name().to_owned(),
        classes: drawing
            .classes()
            .iter()
            .map(|&class| class.to_owned())
            .collect(),
        train,
        valid: None,
        test: Some(test),
        fingerprint: fingerprint.finish(),
        skipped: Vec::new(),
    }
}

/// The use of a stream of random numbers; streams of different uses are independent.
#[derive(Clone, Copy)]
enum RandomStream {
    Image,
    ClassOrder,
}

fn random(
    drawing: Drawing,
    split: SyntheticSplit,
    seed: u64,
    stream: RandomStream,
    at: usize,
) -> ChaCha8Rng {
    // The arguments are concatenated, so that different arguments never give the same key.
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&(at as u64).to_le_bytes());
    key[16..19].copy_from_slice(&[drawing as u8, split as u8, stream as u8]);
    ChaCha8Rng::from_seed(key)
}

/// Pixels of all images, one after the other, and their labels.
fn draw_split(
    drawing: Drawing,
    split: SyntheticSplit,
    count: usize,
    seed: u64,
) -> (Vec<u8>, Vec<u16>) {
    let num_classes = drawing.classes().len();
    // Each round of `num_classes` images holds every class once, so that any prefix is balanced.
    let mut labels = Vec::with_capacity(count + num_classes);
    for round in 0..count.div_ceil(num_classes) {
        let mut order: Vec<u16> = (0..num_classes as u16).collect();
        order.shuffle(&mut random(
            drawing,
            split,
            seed,
            RandomStream::ClassOrder,
            round,
        ));
        labels.extend(order);
    }
    labels.truncate(count);
    let mut pixels = vec![0; count * drawing.shape().len()];
    pixels
        .par_chunks_exact_mut(drawing.shape().len())
        .zip(&labels)
        .enumerate()
        .for_each(|(index, (image, &label))| {
            let mut rng = random(drawing, split, seed, RandomStream::Image, index);
            image.copy_from_slice(&drawing.draw(usize::from(label), &mut rng).into_bytes());
        });
    (pixels, labels)
}

fn store(
    drawing: Drawing,
    split: SyntheticSplit,
    pixels: Vec<u8>,
    labels: Vec<u16>,
) -> MemoryStore {
    let name = format!("{} {}", drawing.name(), split.name());
    MemoryStore::new(name, drawing.shape(), pixels, labels)
}

#[cfg(test)]
mod tests;
