//! Training, validation and test images: cut once, by seed, with every class in its share.

use std::ops::Range;
use std::sync::Arc;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::normalization::Tables;
use super::normalization::{Normalization, Normalize};
use crate::data::decoding::{FileFacts, Sketch};
use crate::data::error::DataError;
use crate::data::store::SkippedFile;
use crate::data::store::{ImageStore, RawDataset};
use crate::pixels::ImageShape;

/// Some images of a store, in a fixed order.
#[derive(Clone)]
pub struct Split {
    store: Arc<dyn ImageStore>,
    indices: Arc<[u32]>,
    normalization: Arc<Normalization>,
}

/// A data set ready to train on; a clone shares its images.
#[derive(Clone)]
pub struct Dataset {
    pub name: String,
    pub shape: ImageShape,
    pub classes: Vec<String>,
    pub train: Split,
    /// Empty when no validation images are asked for.
    pub valid: Split,
    pub test: Split,
    /// SHA-256 (hex) of the whole data set's content, before it was split.
    pub fingerprint: String,
    pub skipped: Vec<SkippedFile>,
}

/// How a [`RawDataset`] is cut.
#[derive(Debug, Clone, Copy)]
pub struct SplitOptions {
    /// Share of the training images kept for validation, in `[0, 1)`.
    pub valid_fraction: f64,
    /// Share kept for the test where the data set brings none, in `[0, 1)`.
    pub test_fraction: f64,
    pub train_images: Option<usize>,
    pub test_images: Option<usize>,
    pub normalize: Normalize,
    /// Mean and deviation for [`Normalize::Pretrained`], for red, green and blue.
    pub pretrained: Option<[[f32; 3]; 2]>,
    /// Whether no training images will do.
    pub may_be_untrained: bool,
    pub seed: u64,
}

impl Split {
    /// All images of `store`.
    pub fn whole(store: Arc<dyn ImageStore>) -> Self {
        Self {
            indices: (0..store.len() as u32).collect(),
            normalization: Arc::new(Normalization::unit(store.shape().channels)),
            store,
        }
    }

    pub fn len(&self) -> usize {
        self.indices.len()
    }

    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    pub fn shape(&self) -> ImageShape {
        self.store.shape()
    }

    /// Class index of image `index` of this split.
    pub fn label(&self, index: usize) -> usize {
        self.store.label(self.indices[index] as usize)
    }

    /// Writes image `index` of this split to `out`, 8-bit values `[channels, height, width]`.
    ///
    /// # Errors
    /// The image can no longer be read from disk.
    pub fn read(&self, index: usize, out: &mut [u8]) -> Result<(), DataError> {
        self.store.read(self.indices[index] as usize, out)
    }

    /// As [`read`](Self::read), the image as it is without preparation.
    ///
    /// # Errors
    /// The image can no longer be read from disk.
    pub fn read_unprepared(&self, index: usize, out: &mut [u8]) -> Result<(), DataError> {
        (self.store).read_unprepared(self.indices[index] as usize, out)
    }

    /// Writes the values that the network sees of image `index` of this split to `values`.
    ///
    /// `pixels` and `values` have [`shape`](Self::shape)`().len()` values; `tables` are those of
    /// [`normalization`](Self::normalization).
    ///
    /// # Errors
    /// The image can no longer be read from disk.
    pub fn read_values(
        &self,
        index: usize,
        tables: &Tables,
        pixels: &mut [u8],
        values: &mut [f32],
    ) -> Result<(), DataError> {
        (self.store).read_values(self.indices[index] as usize, tables, pixels, values)
    }

    /// Image `index` of this split in brief; `pixels` is room for one image.
    ///
    /// # Errors
    /// The image can no longer be read from disk.
    pub fn sketch(&self, index: usize, pixels: &mut [u8]) -> Result<Sketch, DataError> {
        self.store.sketch(self.indices[index] as usize, pixels)
    }

    /// Size and colours of the file of image `index` of this split.
    pub fn file_facts(&self, index: usize) -> Option<FileFacts> {
        self.store.file_facts(self.indices[index] as usize)
    }

    /// Positions in the store, as something to tell splits apart by.
    pub fn positions(&self) -> &[u32] {
        &self.indices
    }

    /// Where image `index` of this split comes from.
    pub fn origin(&self, index: usize) -> String {
        self.store.origin(self.indices[index] as usize)
    }

    /// How 8-bit values become the network's.
    pub fn normalization(&self) -> &Normalization {
        &self.normalization
    }

    /// All of `store`, whose values are the network's already.
    pub fn of_values(store: Arc<dyn ImageStore>) -> Self {
        Self::whole(store).normalized(&Arc::new(Normalization::none()))
    }

    fn normalized(self, normalization: &Arc<Normalization>) -> Self {
        Self {
            normalization: normalization.clone(),
            ..self
        }
    }

    /// Images per class.
    pub fn class_counts(&self, classes: usize) -> Vec<usize> {
        let mut counts = vec![0; classes];
        for index in 0..self.len() {
            counts[self.label(index)] += 1;
        }
        counts
    }

    /// The images at `range` of this split.
    pub fn slice(&self, range: Range<usize>) -> Split {
        self.with(self.indices[range].to_vec())
    }

    /// Takes `share` of the images away, every class in its share, chosen by `seed`:
    /// `(kept, taken)`, both in file order. A class keeps at least one image.
    fn cut(&self, share: f64, seed: u64) -> (Split, Split) {
        let total = (self.len() as f64 * share).round() as usize;
        let mut by_class: Vec<Vec<u32>> = Vec::new();
        for index in 0..self.len() {
            let class = self.label(index);
            if by_class.len() <= class {
                by_class.resize(class + 1, Vec::new());
            }
            by_class[class].push(self.indices[index]);
        }
        let sizes: Vec<usize> = by_class.iter().map(Vec::len).collect();
        let counts = apportion(&sizes, share, total);
        let (mut kept, mut taken) = (Vec::new(), Vec::new());
        for (class, (mut members, count)) in by_class.into_iter().zip(counts).enumerate() {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(class as u64);
            members.shuffle(&mut rng);
            kept.extend_from_slice(&members[count..]);
            taken.extend_from_slice(&members[..count]);
        }
        kept.sort_unstable();
        taken.sort_unstable();
        (self.with(kept), self.with(taken))
    }

    fn at_most(self, count: Option<usize>, seed: u64) -> Split {
        match count {
            Some(count) if count < self.len() => {
                let share = 1.0 - count as f64 / self.len() as f64;
                self.cut(share, seed).0
            }
            _ => self,
        }
    }

    fn with(&self, indices: Vec<u32>) -> Split {
        Split {
            store: self.store.clone(),
            indices: indices.into(),
            normalization: self.normalization.clone(),
        }
    }
}

/// How many of each class to take so that they are `total` together: the share rounded down, then
/// one more of the classes with the largest remainder (Hamilton's method); one is left of each.
fn apportion(sizes: &[usize], share: f64, total: usize) -> Vec<usize> {
    let exact = |class: usize| sizes[class] as f64 * share;
    let most = |class: usize| sizes[class].saturating_sub(1);
    let mut counts: Vec<usize> = (0..sizes.len())
        .map(|class| (exact(class) as usize).min(most(class)))
        .collect();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|&a, &b| exact(b).fract().total_cmp(&exact(a).fract()));
    while counts.iter().sum::<usize>() < total {
        let before = counts.clone();
        for &class in &order {
            if counts[class] < most(class) && counts.iter().sum::<usize>() < total {
                counts[class] += 1;
            }
        }
        if counts == before {
            break;
        }
    }
    counts
}

impl Dataset {
    /// Cuts `raw` by class and seed; the same options give the same images.
    ///
    /// # Errors
    /// No images are left to train on, or no class can spare an image for a split that is asked
    /// for.
    pub fn split(raw: RawDataset, options: SplitOptions) -> Result<Self, DataError> {
        // One seed, three unrelated draws.
        let [test_seed, limit_seed, valid_seed] = [1, 2, 3].map(|draw| options.seed ^ (draw << 56));
        let mut train = Split::whole(raw.train);
        let cuts_test = raw.test.is_none() && options.test_fraction > 0.0;
        let cuts_valid = raw.valid.is_none() && options.valid_fraction > 0.0;
        let counts = train.class_counts(raw.classes.len());
        if !train.is_empty() && (cuts_test || cuts_valid) && counts.iter().all(|&count| count <= 1)
        {
            return Err(DataError::NothingToSpare { name: raw.name });
        }
        let test = match raw.test {
            Some(store) => Split::whole(store),
            None => {
                let (rest, test) = train.cut(options.test_fraction, test_seed);
                train = rest;
                test
            }
        };
        let train = train.at_most(options.train_images, limit_seed);
        let (train, valid) = match raw.valid {
            Some(store) => (train, Split::whole(store)),
            None => train.cut(options.valid_fraction, valid_seed),
        };
        if train.is_empty() && !options.may_be_untrained {
            return Err(DataError::NothingToTrainOn { name: raw.name });
        }
        let normalization = Arc::new(match options.normalize {
            Normalize::Unit => Normalization::unit(train.shape().channels),
            Normalize::PerImage => Normalization::per_image(),
            Normalize::Standard if train.is_empty() => {
                return Err(DataError::NothingToMeasure { name: raw.name });
            }
            Normalize::Standard => Normalization::measure(&train)?,
            Normalize::Pretrained => match options.pretrained {
                Some(figures) => Normalization::pretrained(train.shape().channels, figures)?,
                None => Normalization::unit(train.shape().channels),
            },
        });
        let test = test.at_most(options.test_images, limit_seed);
        Ok(Self {
            name: raw.name,
            shape: train.shape(),
            classes: raw.classes,
            train: train.normalized(&normalization),
            valid: valid.normalized(&normalization),
            test: test.normalized(&normalization),
            fingerprint: raw.fingerprint,
            skipped: raw.skipped,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::sources::MemoryStore;

    fn raw(train: usize, test: Option<usize>) -> RawDataset {
        let store = |count: usize| -> Arc<dyn ImageStore> {
            let labels = (0..count).map(|i| (i % 10) as u16).collect();
            let shape = ImageShape::new(1, 1, 2);
            Arc::new(MemoryStore::new("toy", shape, vec![0; count * 2], labels))
        };
        RawDataset {
            name: "toy".into(),
            classes: (0..10).map(|class| class.to_string()).collect(),
            train: store(train),
            valid: None,
            test: test.map(store),
            fingerprint: String::new(),
            skipped: Vec::new(),
        }
    }

    fn options(seed: u64) -> SplitOptions {
        SplitOptions {
            valid_fraction: 0.1,
            test_fraction: 0.2,
            train_images: None,
            test_images: None,
            normalize: Normalize::Unit,
            pretrained: None,
            may_be_untrained: false,
            seed,
        }
    }

    #[test]
    fn every_class_gives_its_share_and_no_image_is_in_two_splits() {
        let data = Dataset::split(raw(1000, None), options(1)).unwrap();
        assert_eq!(
            (data.train.len(), data.valid.len(), data.test.len()),
            (720, 80, 200)
        );
        assert_eq!(data.valid.class_counts(10), vec![8; 10]);
        let mut all: Vec<u32> = [&data.train, &data.valid, &data.test]
            .iter()
            .flat_map(|split| split.indices.iter().copied())
            .collect();
        all.sort_unstable();
        assert_eq!(all, (0..1000).collect::<Vec<u32>>());
    }

    #[test]
    fn small_and_uneven_classes_are_shared_out_exactly() {
        assert_eq!(apportion(&[10, 10, 10], 0.5, 15), [5, 5, 5]);
        assert_eq!(apportion(&[4, 4, 4], 0.4, 5), [2, 2, 1]);
        assert_eq!(apportion(&[1, 1, 98], 0.5, 50), [0, 0, 50]);
        assert_eq!(apportion(&[1, 3], 0.9, 4), [0, 2]);
    }

    #[test]
    fn every_class_stays_in_the_training_images() {
        let greedy = SplitOptions {
            valid_fraction: 0.9,
            test_fraction: 0.0,
            ..options(1)
        };
        let data = Dataset::split(raw(20, None), greedy).unwrap();
        assert_eq!(data.train.class_counts(10), vec![1; 10]);
        let few = SplitOptions {
            train_images: Some(13),
            valid_fraction: 0.0,
            ..options(1)
        };
        let data = Dataset::split(raw(1000, Some(100)), few).unwrap();
        assert_eq!(data.train.len(), 13);
        assert!(
            data.train
                .class_counts(10)
                .into_iter()
                .all(|count| count >= 1)
        );
    }

    #[test]
    fn a_class_with_one_image_keeps_it_for_training_and_its_test_has_the_others_only() {
        let mut uneven = raw(11, None);
        let labels = (0..11).map(|i| u16::from(i > 0)).collect();
        let shape = ImageShape::new(1, 1, 2);
        uneven.train = Arc::new(MemoryStore::new("toy", shape, vec![0; 22], labels));
        uneven.classes.truncate(2);
        let data = Dataset::split(uneven, options(1)).unwrap();
        assert_eq!(data.train.class_counts(2), [1, 7]);
        assert_eq!(data.valid.class_counts(2), [0, 1]);
        assert_eq!(data.test.class_counts(2), [0, 2]);
    }

    #[test]
    fn one_image_of_every_class_cannot_be_split_and_is_refused_with_what_to_do() {
        for (valid_fraction, test_fraction) in [(0.1, 0.2), (0.1, 0.0), (0.0, 0.2)] {
            let asked = SplitOptions {
                valid_fraction,
                test_fraction,
                ..options(1)
            };
            let error = Dataset::split(raw(10, None), asked).err().unwrap();
            let error = error.to_string();
            for part in ["toy", "data.valid_fraction = 0", "data.test_fraction = 0"] {
                assert!(error.contains(part), "`{part}` is not in: {error}");
            }
        }
        let none = SplitOptions {
            valid_fraction: 0.0,
            test_fraction: 0.0,
            ..options(1)
        };
        let data = Dataset::split(raw(10, None), none).unwrap();
        assert_eq!((data.train.len(), data.test.len()), (10, 0));
    }

    #[test]
    fn the_seed_decides_which_images_are_taken() {
        let valid = |seed| {
            let data = Dataset::split(raw(1000, None), options(seed)).unwrap();
            data.valid.indices
        };
        assert_eq!(valid(1), valid(1));
        assert_ne!(valid(1), valid(2));
    }

    #[test]
    fn a_limit_takes_fewer_images_with_classes_in_balance() {
        let limited = SplitOptions {
            train_images: Some(100),
            test_images: Some(50),
            ..options(1)
        };
        let data = Dataset::split(raw(1000, Some(200)), limited).unwrap();
        assert_eq!(
            (data.train.len(), data.valid.len(), data.test.len()),
            (90, 10, 50)
        );
        assert_eq!(data.test.class_counts(10), vec![5; 10]);
    }
}
