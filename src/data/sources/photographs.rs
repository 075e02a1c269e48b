//! Published photographs: archives that are downloaded and unpacked once, then read as a folder.
//!
//! In the data set's own folder, `unpacked/` holds what was taken out of the archives. It gets
//! that name only when all of it is there, so an unpacking that was broken off is never taken for
//! the data set. A user's own `train/<class>/*` or `<class>/*` in its place is used as it is.

use std::fs;
use std::path::{Path, PathBuf};

use super::folder::{FolderOptions, load_folder, load_found};
use super::listed;
use crate::data::decoding::has_image_extension;
use crate::data::error::DataError;
use crate::data::store::RawDataset;
use crate::download::ArchiveProblem;
use crate::download::PartFile;
use crate::download::archive::{Limits, extract};
use crate::download::{DownloadError, RemoteFile};
use crate::progress::{Progress, Running, Stage};

const UNPACKED: &str = "unpacked";
const UNFINISHED: &str = "unpacked.part";
const LOCK: &str = "unpacked.lock";

/// Most that an archive of photographs may hold; the published ones have some 25,000 entries and
/// less than a gigabyte.
const LIMITS: Limits = Limits {
    entries: 60_000,
    file_bytes: 32 << 20,
    total_bytes: 2 << 30,
};

/// What an archive of photographs looks like inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// `<root>/<class>/*.jpg`, the class in any case; no split of its own.
    ClassFolders {
        /// Folder that holds those of the classes.
        root: &'static str,
    },
    /// `images/*.jpg`, with the class and the split of every image in `annotations/trainval.txt`
    /// and `annotations/test.txt`.
    Lists,
}

impl Layout {
    /// Where an entry of the archive goes below `unpacked/`, if it is needed. Only letters,
    /// digits and `_-.` are taken for a file name, so that it means the same on every system.
    fn target(self, classes: &[&str], name: &str) -> Option<String> {
        let (folder, file) = name.rsplit_once('/')?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        if file.starts_with('.') || !file.bytes().all(plain) {
            return None;
        }
        let is_image = has_image_extension(Path::new(file));
        match self {
            Self::ClassFolders { root } => {
                let class = folder.strip_prefix(root)?.strip_prefix('/')?.to_lowercase();
                let known = classes.contains(&class.as_str());
                (known && is_image).then(|| format!("{class}/{file}"))
            }
            Self::Lists => {
                let known = match folder {
                    listed::IMAGES => is_image,
                    listed::LISTS => listed::FILES.contains(&file),
                    _ => false,
                };
                known.then(|| format!("{folder}/{file}"))
            }
        }
    }

    /// What `folder` lacks to be read.
    fn missing(self, classes: &[&str], folder: &Path) -> Option<String> {
        let is_there = |part: &String| folder.join(part).exists();
        match self {
            Self::ClassFolders { root } => {
                let mut classes = classes.iter().map(|class| (*class).to_owned());
                let class = classes.find(|class| !is_there(class))?;
                Some(format!("{root}/{class}/*.jpg"))
            }
            Self::Lists => {
                let lists = listed::FILES.map(|file| format!("{}/{file}", listed::LISTS));
                let mut needed = lists.into_iter().chain([listed::IMAGES.to_owned()]);
                needed.find(|part| !is_there(part))
            }
        }
    }
}

/// A data set of photographs and its folder.
#[derive(Debug, Clone, Copy)]
pub struct Photographs<'a> {
    /// Name in the catalogue.
    pub name: &'a str,
    /// Class names in the order of the labels.
    pub classes: &'a [&'a str],
    pub files: &'a [RemoteFile<'a>],
    pub layout: Layout,
    /// `<data folder>/<name>`
    pub folder: &'a Path,
}

impl Photographs<'_> {
    /// Whether the images can be read without archives.
    pub fn is_ready(&self) -> bool {
        self.is_own() || self.unpacked().is_dir()
    }

    fn unpacked(&self) -> PathBuf {
        self.folder.join(UNPACKED)
    }

    fn is_own(&self) -> bool {
        let has = |name: &str| self.folder.join(name).is_dir();
        has("train") || self.classes.iter().all(|class| has(class))
    }

    /// Unpacks the archives, which must be there, unless that is done already.
    ///
    /// `progress` counts the bytes of each archive.
    ///
    /// # Errors
    /// Where an archive is damaged, holds what it should not or lacks what it should hold, a file
    /// cannot be written, or another process is unpacking. Nothing is kept then.
    pub fn unpack(&self, progress: &dyn Progress) -> Result<(), DataError> {
        let lock = PartFile::open(self.folder.join(LOCK))?;
        // Another process may have been quicker.
        let result = match self.is_ready() {
            true => Ok(()),
            false => self.unpack_all(progress),
        };
        lock.remove_if_empty();
        result
    }

    fn unpack_all(&self, progress: &dyn Progress) -> Result<(), DataError> {
        let unfinished = self.folder.join(UNFINISHED);
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(DataError::io("remove", &unfinished))?;
        }
        fs::create_dir(&unfinished).map_err(DataError::io("make the folder", &unfinished))?;
        let result = self.unpack_to(&unfinished, progress);
        if result.is_err()
            && let Err(error) = fs::remove_dir_all(&unfinished)
        {
            log::warn!("{} cannot be removed: {error}", unfinished.display());
        }
        result?;
        fs::rename(&unfinished, self.unpacked()).map_err(DataError::io("rename", &unfinished))
    }

    /// An archive may have lost its gzip, as [`RemoteFile::is_in`] allows.
    fn archive(&self, file: &RemoteFile) -> PathBuf {
        let packed = self.folder.join(file.name);
        match file.name.strip_suffix(".gz") {
            Some(plain) if !packed.is_file() => self.folder.join(plain),
            _ => packed,
        }
    }

    fn unpack_to(&self, unfinished: &Path, progress: &dyn Progress) -> Result<(), DataError> {
        let target = |name: &str| self.layout.target(self.classes, name);
        for file in self.files {
            let archive = self.archive(file);
            let bytes = archive.metadata().map(|metadata| metadata.len()).ok();
            let stage = Stage::bytes("unpacking", file.name);
            let mut running = Running::begin(progress, stage, bytes);
            let written = extract(&archive, unfinished, LIMITS, &target, &mut |done| {
                running.advance_to(done);
            })?;
            log::info!("{}: {written} files unpacked", archive.display());
        }
        match self.layout.missing(self.classes, unfinished) {
            None => Ok(()),
            Some(expected) => Err(DownloadError::Archive {
                path: self.folder.to_path_buf(),
                problem: ArchiveProblem::Missing { expected },
            }
            .into()),
        }
    }

    /// Reads the images, which must be ready.
    ///
    /// # Errors
    /// As [`load_folder`], and where a list or the classes are not those of the data set.
    pub fn load(
        &self,
        options: &FolderOptions,
        progress: &dyn Progress,
    ) -> Result<RawDataset, DataError> {
        let unpacked = self.unpacked();
        let mut data = match self.layout {
            _ if self.is_own() => load_folder(self.folder, options, progress)?,
            Layout::ClassFolders { .. } => load_folder(&unpacked, options, progress)?,
            Layout::Lists => {
                let found = listed::find(&unpacked, self.classes)?;
                load_found(&unpacked, found, options, progress)?
            }
        };
        if data.classes != self.classes {
            return Err(DataError::OtherClasses {
                path: self.folder.to_path_buf(),
                name: self.name.to_owned(),
                expected: self.classes.join(", "),
                found: data.classes.join(", "),
            });
        }
        data.name = self.name.to_owned();
        Ok(data)
    }
}

#[cfg(test)]
mod tests;
