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
mod ink;
mod outline;
mod pets;
mod pose;
mod scenery;
mod tops;

use std::sync::Arc;

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::data::sources::MemoryStore;
use crate::data::store::RawDataset;
use crate::fingerprint::Fingerprint;
use crate::pixels::ImageShape;
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

/// What a stream of random numbers is for; streams with different purposes never meet.
#[derive(Clone, Copy)]
enum Stream {
    Image,
    ClassOrder,
}

fn random(
    drawing: Drawing,
    split: SyntheticSplit,
    seed: u64,
    stream: Stream,
    at: usize,
) -> ChaCha8Rng {
    // The arguments side by side, not mixed: different arguments cannot give the same key.
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
    // Each run of `num_classes` images holds every class once, so any prefix is balanced.
    let mut labels = Vec::with_capacity(count + num_classes);
    for round in 0..count.div_ceil(num_classes) {
        let mut order: Vec<u16> = (0..num_classes as u16).collect();
        order.shuffle(&mut random(drawing, split, seed, Stream::ClassOrder, round));
        labels.extend(order);
    }
    labels.truncate(count);
    let mut pixels = vec![0; count * drawing.shape().len()];
    pixels
        .par_chunks_exact_mut(drawing.shape().len())
        .zip(&labels)
        .enumerate()
        .for_each(|(index, (image, &label))| {
            let mut rng = random(drawing, split, seed, Stream::Image, index);
            image.copy_from_slice(&draw_one(drawing, usize::from(label), &mut rng));
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::data::store::ImageStore;

    const ALL: [Drawing; 3] = [Drawing::Garments, Drawing::Digits, Drawing::Pets];

    fn images(drawing: Drawing, split: SyntheticSplit, count: usize, seed: u64) -> Vec<Vec<u8>> {
        let (pixels, _) = draw_split(drawing, split, count, seed);
        pixels
            .chunks_exact(drawing.shape().len())
            .map(<[u8]>::to_vec)
            .collect()
    }

    #[test]
    fn a_store_holds_as_many_images_of_the_right_shape_as_asked_for() {
        for drawing in ALL {
            let store = draw(drawing, SyntheticSplit::Test, 7, 1);
            assert_eq!(store.len(), 7);
            assert_eq!(store.shape(), drawing.shape());
            let mut image = vec![0; drawing.shape().len()];
            store
                .read(6, &mut image)
                .expect("the last image can be read");
            assert!(
                image.iter().any(|&value| value > 0),
                "{} 6 is black",
                drawing.name()
            );
        }
        assert_eq!(Drawing::Garments.shape(), ImageShape::new(1, 28, 28));
        assert_eq!(Drawing::Pets.shape(), ImageShape::new(3, 64, 64));
    }

    #[test]
    fn nothing_is_drawn_when_nothing_is_asked_for() {
        assert_eq!(draw(Drawing::Digits, SyntheticSplit::Train, 0, 1).len(), 0);
    }

    #[test]
    fn classes_are_balanced_and_shuffled() {
        for drawing in ALL {
            let num_classes = drawing.classes().len();
            let (_, labels) = draw_split(drawing, SyntheticSplit::Train, 20 * num_classes + 1, 5);
            let mut counts = vec![0; num_classes];
            labels
                .iter()
                .for_each(|&label| counts[usize::from(label)] += 1);
            assert!(
                counts.iter().all(|count| (20..=21).contains(count)),
                "{counts:?}"
            );
            let in_order =
                |(index, &label): (usize, &u16)| index % num_classes == usize::from(label);
            assert!(
                !labels.iter().enumerate().all(in_order),
                "{} is in order",
                drawing.name()
            );
        }
    }

    #[test]
    fn the_same_seed_draws_the_same_bytes_and_another_seed_draws_others() {
        for drawing in ALL {
            let first = images(drawing, SyntheticSplit::Train, 20, 1);
            assert_eq!(first, images(drawing, SyntheticSplit::Train, 20, 1));
            let other = images(drawing, SyntheticSplit::Train, 20, 2);
            assert!(first.iter().zip(&other).all(|(one, two)| one != two));
        }
    }

    #[test]
    fn asking_for_more_images_keeps_the_earlier_ones() {
        for drawing in ALL {
            let (few, few_labels) = draw_split(drawing, SyntheticSplit::Train, 13, 3);
            let (many, many_labels) = draw_split(drawing, SyntheticSplit::Train, 40, 3);
            assert!(many.starts_with(&few));
            assert!(many_labels.starts_with(&few_labels));
        }
    }

    #[test]
    fn no_image_is_drawn_twice_within_or_across_the_splits() {
        for drawing in ALL {
            let mut seen: HashSet<Vec<u8>> = HashSet::new();
            for split in [SyntheticSplit::Train, SyntheticSplit::Test] {
                for image in images(drawing, split, 200, 4) {
                    assert!(seen.insert(image), "{} repeats an image", drawing.name());
                }
            }
        }
    }

    #[test]
    fn every_class_is_visible_and_differs_from_the_others_on_average() {
        const COUNT: usize = 60;
        for drawing in ALL {
            let means: Vec<Vec<f32>> = (0..drawing.classes().len())
                .map(|class| {
                    let mut mean = vec![0.0; drawing.shape().len()];
                    for seed in 0..COUNT as u64 {
                        let mut rng = ChaCha8Rng::seed_from_u64(seed);
                        let image = draw_one(drawing, class, &mut rng);
                        let bright = image.iter().filter(|&&value| value > 60).count();
                        assert!(
                            bright * 40 > image.len(),
                            "{} {class} {seed}",
                            drawing.name()
                        );
                        for (sum, value) in mean.iter_mut().zip(image) {
                            *sum += f32::from(value) / COUNT as f32;
                        }
                    }
                    mean
                })
                .collect();
            for (class, one) in means.iter().enumerate() {
                for (other, two) in means.iter().enumerate().skip(class + 1) {
                    let distance = one.iter().zip(two).map(|(a, b)| (a - b).abs()).sum::<f32>()
                        / one.len() as f32;
                    assert!(distance > 2.5, "{class} and {other} are {distance} apart");
                }
            }
        }
    }

    /// The bytes must be the same on every machine and after every refactoring. A change here
    /// is a change of the data sets: earlier results can no longer be compared.
    #[test]
    fn the_fingerprints_are_those_of_record() {
        let expected = [
            "ee4d3c7971617005cdb28735c5d565201f2534eeb439f28dd94239ab9ff802f6",
            "70d1eae64a265a90ff9b5eff27597be966b96d441c2d88ac58ade5d8b8a572d0",
            "cd0674b912b4313532cfc3fa996d2e344ff980c76545d2087500587eb6d6a0bd",
        ];
        for (drawing, expected) in ALL.into_iter().zip(expected) {
            let dataset = load(drawing, 30, 10, 42);
            assert_eq!(dataset.fingerprint, expected, "{}", drawing.name());
            assert_eq!(dataset.classes.len(), drawing.classes().len());
            assert_eq!(
                (dataset.train.len(), dataset.test.map(|test| test.len())),
                (30, Some(10))
            );
        }
    }
}
