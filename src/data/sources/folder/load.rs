//! Reads folders of photographs: `<path>/<class>/*`, or `<path>/{train,valid,test}/<class>/*`.

use std::path::Path;

use super::decoding_pass::DecodingPass;
use super::options::FolderOptions;
use super::scan::{FolderScan, ScannedSplit, scan};
use crate::data::error::DataError;
use crate::data::sources::folder_name::folder_name;
use crate::data::store::RawDataset;
use crate::progress::{Progress, Running, Stage};

/// Reads a folder of images. Classes are the sorted names of the sub-folders, the same in every
/// split; images are sorted by file name. Hidden files, nested folders and files without an image
/// extension are ignored; symbolic links are followed. Without split folders, all images are
/// `train`.
///
/// `progress` counts the files.
///
/// # Errors
/// The folder, a class or all images are missing, there is one class only, the splits have
/// different classes, a name is not UTF-8, a class has no image that can be decoded, or more files
/// than `max_bad_fraction` allows cannot be.
pub fn load_folder(
    path: &Path,
    options: &FolderOptions,
    progress: &dyn Progress,
) -> Result<RawDataset, DataError> {
    options.validate()?;
    load_scanned(path, scan(path, options.test_alone)?, options, progress)
}

/// As [`load_folder`], for images that were scanned already; the data set is named after `path`.
pub(in crate::data::sources) fn load_scanned(
    path: &Path,
    scanned: FolderScan,
    options: &FolderOptions,
    progress: &dyn Progress,
) -> Result<RawDataset, DataError> {
    options.validate()?;
    let total = scanned.splits().map(|split| split.images.len()).sum();
    let _stage = Running::begin(progress, Stage::images("reading"), Some(total as u64));
    let mut pass = DecodingPass::new(options, total, progress);
    pass.add_classes(&scanned.classes);
    let mut decode = |split: &ScannedSplit| pass.decode_split(&scanned.classes, split);
    let train = decode(&scanned.train)?;
    let valid = scanned.valid.as_ref().map(&mut decode).transpose()?;
    let test = scanned.test.as_ref().map(&mut decode).transpose()?;
    let (fingerprint, skipped) = pass.finish(path)?;
    Ok(RawDataset {
        name: folder_name(path),
        classes: scanned.classes,
        train,
        valid,
        test,
        fingerprint,
        skipped,
    })
}

#[cfg(test)]
mod tests;
