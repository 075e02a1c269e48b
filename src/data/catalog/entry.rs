//! What is known about a data set, and where its files are.

use std::path::{Path, PathBuf};

use crate::data::sources::{ArchiveLayout, Photographs};
use crate::data::synthetic::Drawing;
use crate::download::RemoteFile;
use crate::pixels::ImageShape;

/// [`DatasetEntry::licence`] of drawn data sets.
pub(super) const DRAWN_LICENCE: &str = "that of this program";
/// [`DatasetEntry::citation`] of drawn data sets.
pub(super) const DRAWN_CITATION: &str = "drawn by convlab";

/// A data set known by name.
#[derive(Debug, Clone, Copy)]
pub struct DatasetEntry {
    /// Name on the command line, and of its folder under the data folder.
    pub name: &'static str,
    /// One line for listings.
    pub summary: &'static str,
    /// Size of every image, `[channels, height, width]`; `None` for photographs, which are converted
    /// to the size and colours of the configuration.
    pub shape: Option<ImageShape>,
    /// Class names in the order of the labels.
    pub classes: &'static [&'static str],
    /// Number of training images; for a drawn data set, the default.
    pub train_images: usize,
    /// Number of test images; for a drawn data set, the default. 0 if the data set has no test images;
    /// they are then taken from the training images.
    pub test_images: usize,
    /// Where the images come from.
    pub source: Source,
    /// Terms of use.
    pub licence: &'static str,
    /// The paper or page to cite.
    pub citation: &'static str,
}

/// Where the images of a data set come from.
#[derive(Debug, Clone, Copy)]
pub enum Source {
    /// Published IDX files, downloaded once.
    Idx {
        /// The four files.
        files: &'static [RemoteFile<'static>],
    },
    /// Photographs in published archives, downloaded and unpacked once.
    Archive {
        /// The archives.
        files: &'static [RemoteFile<'static>],
        /// Their folders.
        layout: ArchiveLayout,
    },
    /// Drawn by the program itself.
    Drawn(Drawing),
}

impl DatasetEntry {
    /// The photographs of this entry in `folder`, see [`folder_of`].
    pub const fn photographs<'a>(
        &'a self,
        files: &'a [RemoteFile<'a>],
        layout: ArchiveLayout,
        folder: &'a Path,
    ) -> Photographs<'a> {
        Photographs {
            name: self.name,
            classes: self.classes,
            files,
            layout,
            folder,
        }
    }
}

/// Whether training on `entry` needs no download.
pub fn is_present(entry: &DatasetEntry, data_dir: &Path) -> bool {
    match entry.source {
        Source::Drawn(_) => true,
        Source::Idx { files } => {
            let folder = folder_of(entry, data_dir);
            files.iter().all(|file| file.is_in(&folder))
        }
        Source::Archive { files, layout } => {
            let folder = folder_of(entry, data_dir);
            let photographs = entry.photographs(files, layout, &folder);
            photographs.is_ready() || files.iter().all(|file| file.is_in(&folder))
        }
    }
}

/// The folder that holds the files of `entry`.
pub fn folder_of(entry: &DatasetEntry, data_dir: &Path) -> PathBuf {
    data_dir.join(entry.name)
}
