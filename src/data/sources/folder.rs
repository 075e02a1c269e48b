//! Folders of photographs: `<path>/<class>/*`, or `<path>/{train,valid,test}/<class>/*`.
//!
//! Every image is decoded once before training starts, so that a damaged file is known by name
//! in the first minute and not in the middle of the third epoch. What fits the cache budget then
//! stays in memory; the rest is decoded again when it is read.

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::folder_scan::{Found, FoundImage, FoundSplit, scan};
use super::folder_store::FolderStore;
use crate::data::decoding::ImageOptions;
use crate::data::decoding::{Seen, decode_seen};
use crate::data::error::{DataError, FolderError};
use crate::data::store::{ImageStore, RawDataset, SkippedFile};
use crate::fingerprint::Fingerprint;
use crate::progress::{Progress, Running, Stage};

/// Images decoded between two reports of progress; bounds the memory of a pass that keeps
/// nothing.
const CHUNK: usize = 128;

/// Bad files named in an error.
const NAMED_BAD_FILES: usize = 3;

/// How a folder of images is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FolderOptions {
    /// What every file is decoded to.
    pub image: ImageOptions,
    /// Share of the image files that may be undecodable, 0 to 1; they are skipped.
    #[serde(default = "default_max_bad_fraction")]
    pub max_bad_fraction: f64,
    /// Bytes of decoded images that may stay in memory, over all splits.
    #[serde(default = "default_cache_bytes")]
    pub cache_bytes: u64,
    /// Whether a folder with test images only will do.
    #[serde(default)]
    pub test_alone: bool,
}

const fn default_max_bad_fraction() -> f64 {
    0.05
}

const fn default_cache_bytes() -> u64 {
    2 << 30
}

impl FolderOptions {
    /// Options with at most 5% bad files and 2 GiB of decoded images in memory.
    pub const fn new(image: ImageOptions) -> Self {
        Self {
            image,
            max_bad_fraction: default_max_bad_fraction(),
            cache_bytes: default_cache_bytes(),
            test_alone: false,
        }
    }
}

/// Reads a folder of images. Classes are the sorted names of the sub-folders, the same in every
/// split; images are sorted by file name. Hidden files, nested folders and files without an image
/// extension are left out; links count as what they lead to. Without split folders, everything
/// is `train`.
///
/// `progress` counts the files.
///
/// # Errors
/// Where the folder, a class or all images are missing, there is one class only, the splits have
/// different classes, a name is not UTF-8, a class has no image that can be decoded, or more
/// files than `max_bad_fraction` cannot be.
pub fn load_folder(
    path: &Path,
    options: &FolderOptions,
    progress: &dyn Progress,
) -> Result<RawDataset, DataError> {
    check(options)?;
    load_found(path, scan(path, options.test_alone)?, options, progress)
}

fn check(options: &FolderOptions) -> Result<(), DataError> {
    options.image.validate()?;
    if !(0.0..=1.0).contains(&options.max_bad_fraction) {
        return Err(DataError::Option {
            option: "max_bad_fraction",
            received: options.max_bad_fraction.to_string(),
            expected: "a share from 0 to 1",
        });
    }
    Ok(())
}

/// As [`load_folder`], of images that were found already; `path` is what the data set is called
/// after.
pub fn load_found(
    path: &Path,
    found: Found,
    options: &FolderOptions,
    progress: &dyn Progress,
) -> Result<RawDataset, DataError> {
    check(options)?;
    let total: usize = found.splits().map(|split| split.images.len()).sum();
    let bytes = (total as u64).saturating_mul(options.image.shape().len() as u64);
    let _stage = Running::begin(progress, Stage::images("reading"), Some(total as u64));
    let mut pass = FirstPass {
        options,
        keep: bytes <= options.cache_bytes,
        fingerprint: Fingerprint::new(),
        skipped: Vec::new(),
        total,
        progress,
    };
    found
        .classes
        .iter()
        .for_each(|class| pass.fingerprint.text(class));
    let train = pass.decode_split(&found.classes, &found.train)?;
    let mut optional = |split: &Option<FoundSplit>| {
        let split = split.as_ref();
        split
            .map(|split| pass.decode_split(&found.classes, split))
            .transpose()
    };
    let (valid, test) = (optional(&found.valid)?, optional(&found.test)?);
    pass.check_bad_files(path)?;
    Ok(RawDataset {
        name: folder_name(path),
        classes: found.classes,
        train,
        valid,
        test,
        fingerprint: pass.fingerprint.finish(),
        skipped: pass.skipped,
    })
}

/// The last part of a folder's path, for `.` and the like that of the folder it stands for.
pub fn folder_name(path: &Path) -> String {
    let canonical = path.canonicalize();
    let name = path
        .file_name()
        .or_else(|| canonical.as_ref().ok()?.file_name());
    name.map_or_else(
        || "images".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// The pass that decodes everything once: verifies, fingerprints, and keeps what may be kept.
struct FirstPass<'a> {
    options: &'a FolderOptions,
    keep: bool,
    fingerprint: Fingerprint,
    skipped: Vec<SkippedFile>,
    /// Files in all splits.
    total: usize,
    progress: &'a dyn Progress,
}

impl FirstPass<'_> {
    fn decode_split(
        &mut self,
        classes: &[String],
        split: &FoundSplit,
    ) -> Result<Arc<dyn ImageStore>, DataError> {
        let options = &self.options.image;
        // Neither can be had from the images that are kept.
        let sketched = !self.keep || !options.preparation.is_empty();
        let mut store = FolderStore {
            options: options.clone(),
            paths: Vec::with_capacity(split.images.len()),
            labels: Vec::with_capacity(split.images.len()),
            facts: Vec::with_capacity(split.images.len()),
            pixels: self.keep.then(Vec::new),
            sketches: Vec::new(),
        };
        let skipped_before = self.skipped.len();
        self.fingerprint.text(split.name);
        for chunk in split.images.chunks(CHUNK) {
            // Decoding runs side by side; `collect` keeps the order of the files.
            let decoded: Vec<_> = chunk
                .par_iter()
                .map(|image| decode_seen(&image.path, options, sketched))
                .collect();
            for (image, decoded) in chunk.iter().zip(decoded) {
                match decoded {
                    Ok(seen) => self.accept(&mut store, image, seen),
                    Err(error) => self.skipped.push(SkippedFile {
                        path: image.path.clone(),
                        reason: error.full_message(),
                    }),
                }
            }
            self.progress.advance(chunk.len() as u64);
        }
        if !split.images.is_empty() {
            check_classes(classes, split, &store, &self.skipped[skipped_before..])?;
        }
        Ok(Arc::new(store))
    }

    fn accept(&mut self, store: &mut FolderStore, image: &FoundImage, seen: Seen) {
        let pixels = &seen.pixels;
        self.fingerprint.text(&image.relative);
        self.fingerprint.number(image.label.into());
        self.fingerprint.bytes(pixels);
        store.paths.push(image.path.clone());
        store.labels.push(image.label);
        store.facts.push(seen.facts);
        store.sketches.extend(seen.sketch);
        if let Some(kept) = &mut store.pixels {
            kept.extend_from_slice(pixels);
        }
    }

    fn check_bad_files(&self, path: &Path) -> Result<(), DataError> {
        let max_bad_fraction = self.options.max_bad_fraction;
        let bad = self.skipped.len();
        if bad as f64 <= max_bad_fraction * self.total as f64 {
            return Ok(());
        }
        let first = self.skipped.iter().take(NAMED_BAD_FILES);
        let first: Vec<&str> = first.map(|file| file.reason.as_str()).collect();
        Err(FolderError::TooManyBadFiles {
            path: path.to_path_buf(),
            bad,
            total: self.total,
            max_bad_fraction,
            first: first.join("; "),
        }
        .into())
    }
}

/// Refuses a class of which nothing is left.
fn check_classes(
    classes: &[String],
    split: &FoundSplit,
    store: &FolderStore,
    skipped: &[SkippedFile],
) -> Result<(), DataError> {
    let mut good = vec![0_usize; classes.len()];
    for &label in &store.labels {
        good[usize::from(label)] += 1;
    }
    let Some(empty) = good.iter().position(|&count| count == 0) else {
        return Ok(());
    };
    let of_class = || (split.images.iter()).filter(|image| usize::from(image.label) == empty);
    let first = of_class().next().map(|image| image.path.as_path());
    let first = skipped
        .iter()
        .find(|file| Some(file.path.as_path()) == first);
    let folder = first.and_then(|file| file.path.parent());
    Err(FolderError::UnreadableClass {
        count: of_class().count(),
        first: first.map(|file| file.reason.clone()).unwrap_or_default(),
        path: folder.unwrap_or(&split.folder).to_path_buf(),
        class: classes[empty].clone(),
    }
    .into())
}

#[cfg(test)]
mod tests;
