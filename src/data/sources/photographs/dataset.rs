//! Published photographs: archives that are downloaded and unpacked once, then read as a folder.
//!
//! The files of the archives are unpacked to `unpacked/` in the folder of the data set. The folder
//! gets that name only when it is complete, so an interrupted unpacking is never taken for the data
//! set. If the user has put `train/<class>/*` or `<class>/*` there, these are read instead.

use std::fs;
use std::path::{Path, PathBuf};

use super::layout::ArchiveLayout;
use super::lists;
use crate::data::error::DataError;
use crate::data::sources::folder::{FolderOptions, load_folder, load_scanned};
use crate::data::store::RawDataset;
use crate::download::archive::{Limits, extract};
use crate::download::{ArchiveProblem, DownloadError, RemoteFile};
use crate::progress::{Progress, Running, Stage};
use crate::storage::LockFile;

const UNPACKED: &str = "unpacked";
const UNFINISHED: &str = "unpacked.part";
const LOCK: &str = "unpacked.lock";

/// Limits for an archive of photographs; the published ones have some 25,000 entries and less than
/// a gigabyte.
const LIMITS: Limits = Limits {
    entries: 60_000,
    file_bytes: 32 << 20,
    total_bytes: 2 << 30,
};

/// A published data set of photographs, and its folder.
#[derive(Debug, Clone, Copy)]
pub struct Photographs<'a> {
    /// Name in the catalogue.
    pub name: &'a str,
    /// Class names in the order of the labels.
    pub classes: &'a [&'a str],
    pub files: &'a [RemoteFile<'a>],
    pub layout: ArchiveLayout,
    /// `<data folder>/<name>`
    pub folder: &'a Path,
}

impl Photographs<'_> {
    /// Whether the images can be read without the archives.
    pub fn is_ready(&self) -> bool {
        self.has_own_folders() || self.unpacked().is_dir()
    }

    fn unpacked(&self) -> PathBuf {
        self.folder.join(UNPACKED)
    }

    /// Whether the user has put folders of images in the place of the data set.
    fn has_own_folders(&self) -> bool {
        let has = |name: &str| self.folder.join(name).is_dir();
        has("train") || self.classes.iter().all(|class| has(class))
    }

    /// Unpacks the archives, which must exist, unless that has been done already.
    ///
    /// `progress` counts the bytes of each archive.
    ///
    /// # Errors
    /// An archive is refused or lacks a file, a file cannot be written, or another process is
    /// unpacking ([`DataError::Busy`]). Nothing is kept then.
    pub fn unpack(&self, progress: &dyn Progress) -> Result<(), DataError> {
        let lock = self.folder.join(LOCK);
        let held = LockFile::acquire(lock.clone()).map_err(DataError::io("write", &lock))?;
        let Some(_held) = held else {
            let path = self.folder.to_path_buf();
            return Err(DataError::Busy { path });
        };
        // Another process may have unpacked them in the meantime.
        match self.is_ready() {
            true => Ok(()),
            false => self.unpack_all(progress),
        }
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

    /// The path of an archive, which may be unzipped as [`RemoteFile::is_in`] allows.
    fn archive(&self, file: &RemoteFile) -> PathBuf {
        let packed = self.folder.join(file.name);
        match file.name.strip_suffix(".gz") {
            Some(plain) if !packed.is_file() => self.folder.join(plain),
            _ => packed,
        }
    }

    fn unpack_to(&self, unfinished: &Path, progress: &dyn Progress) -> Result<(), DataError> {
        let destination = |name: &str| self.layout.destination(self.classes, name);
        for file in self.files {
            let archive = self.archive(file);
            let bytes = archive.metadata().map(|metadata| metadata.len()).ok();
            let stage = Stage::bytes("unpacking", file.name);
            let mut running = Running::begin(progress, stage, bytes);
            let written = extract(&archive, unfinished, LIMITS, &destination, &mut |done| {
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

    /// Reads the images, which must be [ready](Self::is_ready).
    ///
    /// # Errors
    /// See [`load_folder`]; and a list is refused, or the classes are not those of the data set.
    pub fn load(
        &self,
        options: &FolderOptions,
        progress: &dyn Progress,
    ) -> Result<RawDataset, DataError> {
        let unpacked = self.unpacked();
        let mut data = match self.layout {
            _ if self.has_own_folders() => load_folder(self.folder, options, progress)?,
            ArchiveLayout::ClassFolders { .. } => load_folder(&unpacked, options, progress)?,
            ArchiveLayout::Lists => {
                let scanned = lists::scan(&unpacked, self.classes)?;
                load_scanned(&unpacked, scanned, options, progress)?
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
