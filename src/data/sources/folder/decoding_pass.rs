//! Decodes all images of a folder once, before training.

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::options::FolderOptions;
use super::scan::{ScannedImage, ScannedSplit};
use super::store::FolderStore;
use crate::data::decoding::{DecodedFile, decode_with_facts};
use crate::data::error::{DataError, FolderError};
use crate::data::store::{ImageStore, SkippedFile};
use crate::fingerprint::Fingerprint;
use crate::progress::Progress;

/// Images decoded between two reports of progress; limits the memory of a pass that keeps no
/// images.
const CHUNK: usize = 128;

/// Number of undecodable files that an error names.
const NAMED_BAD_FILES: usize = 3;

/// One pass over all files: decodes, fingerprints, and keeps the images if they fit in memory.
pub(super) struct DecodingPass<'a> {
    options: &'a FolderOptions,
    /// Whether the decoded images are kept in memory.
    keep: bool,
    fingerprint: Fingerprint,
    skipped: Vec<SkippedFile>,
    /// Number of files in all splits.
    total: usize,
    progress: &'a dyn Progress,
}

impl<'a> DecodingPass<'a> {
    /// A pass over `total` files.
    pub fn new(options: &'a FolderOptions, total: usize, progress: &'a dyn Progress) -> Self {
        let bytes = (total as u64).saturating_mul(options.image.shape().len() as u64);
        Self {
            options,
            keep: bytes <= options.cache_bytes,
            fingerprint: Fingerprint::new(),
            skipped: Vec::new(),
            total,
            progress,
        }
    }

    /// Adds the class names to the fingerprint; to be called before the splits are decoded.
    pub fn add_classes(&mut self, classes: &[String]) {
        classes
            .iter()
            .for_each(|class| self.fingerprint.text(class));
    }

    /// Decodes the images of `split`.
    ///
    /// # Errors
    /// A class has no image that can be decoded.
    pub fn decode_split(
        &mut self,
        classes: &[String],
        split: &ScannedSplit,
    ) -> Result<Arc<dyn ImageStore>, DataError> {
        let options = &self.options.image;
        // Sketches cannot be computed later if the images are not kept, or only prepared.
        let with_sketch = !self.keep || !options.preparation.is_empty();
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
            // Decoded in parallel; `collect` keeps the order of the files.
            let decoded: Vec<_> = chunk
                .par_iter()
                .map(|image| decode_with_facts(&image.path, options, with_sketch))
                .collect();
            for (image, decoded) in chunk.iter().zip(decoded) {
                match decoded {
                    Ok(decoded) => self.accept(&mut store, image, decoded),
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

    fn accept(&mut self, store: &mut FolderStore, image: &ScannedImage, decoded: DecodedFile) {
        let pixels = &decoded.pixels;
        self.fingerprint.text(&image.relative);
        self.fingerprint.number(image.label.into());
        self.fingerprint.bytes(pixels);
        store.paths.push(image.path.clone());
        store.labels.push(image.label);
        store.facts.push(decoded.facts);
        store.sketches.extend(decoded.sketch);
        if let Some(kept) = &mut store.pixels {
            kept.extend_from_slice(pixels);
        }
    }

    /// Ends the pass: the fingerprint and the skipped files of the folder at `path`.
    ///
    /// # Errors
    /// More files than `max_bad_fraction` allows could not be decoded.
    pub fn finish(self, path: &Path) -> Result<(String, Vec<SkippedFile>), DataError> {
        let max_bad_fraction = self.options.max_bad_fraction;
        let bad = self.skipped.len();
        if bad as f64 <= max_bad_fraction * self.total as f64 {
            return Ok((self.fingerprint.finish(), self.skipped));
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

/// Refuses a class without a decoded image.
fn check_classes(
    classes: &[String],
    split: &ScannedSplit,
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
