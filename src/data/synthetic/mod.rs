//! Data sets that the program draws by itself: nothing to download, nothing on disk.
//!
//! Every image is a pure function of (drawing, split, seed, index), so that a run can be
//! repeated anywhere, images can be drawn in parallel and in any order, and asking for more
//! images leaves the earlier ones as they were.

mod bag;
mod canvas;
mod digits;
mod fabric;
mod footwear;
mod garments;
mod pets;
mod pose;
mod scenery;

use std::{fmt::Write as _, sync::Arc};

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::{ImageShape, MemoryStore, RawDataset};
use canvas::Canvas;

/// Draws one class onto a canvas.
type Draw = fn(&mut Canvas, &mut ChaCha8Rng);

/// A drawn data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    /// 28x28 grey: the classes of Fashion-MNIST.
    Garments,
    /// 28x28 grey: the classes of MNIST.
    Digits,
    /// 64x64 colour: faces of cats and dogs.
    Pets,
}

/// The two sets of images of a drawing; no image is in both.
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

/// All that tells one drawing from another.
struct Plan {
    name: &'static str,
    shape: ImageShape,
    classes: &'static [&'static str],
    draw: fn(usize, &mut ChaCha8Rng) -> Canvas,
}

impl Drawing {
    const fn plan(self) -> Plan {
        match self {
            Self::Garments => Plan {
                name: "garments",
                shape: garments::SHAPE,
                classes: &garments::CLASSES,
                draw: garments::draw,
            },
            Self::Digits => Plan {
                name: "digits",
                shape: digits::SHAPE,
                classes: &digits::CLASSES,
                draw: digits::draw,
            },
            Self::Pets => Plan {
                name: "pets",
                shape: pets::SHAPE,
                classes: &pets::CLASSES,
                draw: pets::draw,
            },
        }
    }

    /// The name the data set goes by: `garments`, `digits` or `pets`.
    pub const fn name(self) -> &'static str {
        self.plan().name
    }

    /// Names of the classes; a label is an index into them.
    pub const fn classes(self) -> &'static [&'static str] {
        self.plan().classes
    }

    /// Size of every image, `[channels, height, width]`.
    pub const fn shape(self) -> ImageShape {
        self.plan().shape
    }
}

/// Draws one image of class `class`: `[channels, height, width]`, 8-bit.
///
/// # Panics
///
/// If `class` is not an index into [`Drawing::classes`].
pub fn draw_one(drawing: Drawing, class: usize, rng: &mut ChaCha8Rng) -> Vec<u8> {
    (drawing.plan().draw)(class, rng).into_bytes()
}

/// Draws `count` images, classes balanced to within one image and in a shuffled order.
///
/// Image `i` and its label depend on `drawing`, `split`, `seed` and `i` only.
pub fn draw(drawing: Drawing, split: SyntheticSplit, count: usize, seed: u64) -> MemoryStore {
    let (pixels, labels) = draw_split(drawing, split, count, seed);
    store(drawing, split, pixels, labels)
}

/// Draws both splits of a data set.
///
/// The fingerprint is the SHA-256 over pixels, then labels (two bytes each, little endian), of
/// the training images and then of the test images.
pub fn load(drawing: Drawing, train: usize, test: usize, seed: u64) -> RawDataset {
    let mut hash = Sha256::new();
    let [train, test] = [(SyntheticSplit::Train, train), (SyntheticSplit::Test, test)].map(
        |(split, count)| {
            let (pixels, labels) = draw_split(drawing, split, count, seed);
            hash.update(&pixels);
            for label in &labels {
                hash.update(label.to_le_bytes());
            }
            Arc::new(store(drawing, split, pixels, labels))
        },
    );
    RawDataset {
        name: drawing.name().to_owned(),
        classes: drawing.classes().iter().map(|&class| class.to_owned()).collect(),
        train,
        valid: None,
        test: Some(test),
        fingerprint: hex(&hash.finalize()),
        skipped: Vec::new(),
    }
}

/// What a stream of random numbers is for; streams with different purposes never meet.
#[derive(Clone, Copy)]
enum Stream {
    Image,
    ClassOrder,
}

fn random(drawing: Drawing, split: SyntheticSplit, seed: u64, stream: Stream, at: usize) -> ChaCha8Rng {
    // The arguments side by side, not mixed: different arguments cannot give the same key.
    let [a, b, c, d, e, f, g, h] = seed.to_le_bytes();
    let mut key = [0; 32];
    key[..8].copy_from_slice(&[a, b, c, d, e, f, g, h]);
    key[8..16].copy_from_slice(&(at as u64).to_le_bytes());
    key[16..19].copy_from_slice(&[drawing as u8, split as u8, stream as u8]);
    ChaCha8Rng::from_seed(key)
}

/// Pixels of all images, one after the other, and their labels.
fn draw_split(drawing: Drawing, split: SyntheticSplit, count: usize, seed: u64) -> (Vec<u8>, Vec<u16>) {
    let num_classes = drawing.classes().len();
    // Each run of `num_classes` images holds every class once, so any prefix is balanced.
    let mut labels = Vec::with_capacity(count + num_classes);
    for round in 0..count.div_ceil(num_classes) {
        let mut order: Vec<u16> = (0..num_classes as u16).collect();
        order.shuffle(&mut random(drawing, split, seed, Stream::ClassOrder, round));
        labels.extend(order);
    }
    labels.truncate(count);
    let mut pixels = vec![0; count * drawing.shape().len()];
    pixels.par_chunks_exact_mut(drawing.shape().len()).zip(&labels).enumerate().for_each(
        |(index, (image, &label))| {
            let mut rng = random(drawing, split, seed, Stream::Image, index);
            image.copy_from_slice(&draw_one(drawing, usize::from(label), &mut rng));
        },
    );
    (pixels, labels)
}

fn store(drawing: Drawing, split: SyntheticSplit, pixels: Vec<u8>, labels: Vec<u16>) -> MemoryStore {
    let name = format!("{} {}", drawing.name(), split.name());
    MemoryStore::new(name, drawing.shape(), pixels, labels)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The class names of a table of classes.
const fn names<const N: usize>(table: &[(&'static str, Draw); N]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut index = 0;
    while index < N {
        names[index] = table[index].0;
        index += 1;
    }
    names
}
