//! What is known about a data set, and where its files lie.

use std::path::{Path, PathBuf};

use crate::data::sources::{Layout, Photographs};
use crate::data::synthetic::Drawing;
use crate::download::RemoteFile;
use crate::pixels::ImageShape;

/// A data set known by name.
#[derive(Debug, Clone, Copy)]
pub struct DatasetEntry {
    /// Name on the command line, and of its folder under the data folder.
    pub name: &'static str,
    /// One line for listings.
    pub summary: &'static str,
    /// Size of every image, `[channels, height, width]`; none for photographs, which are brought
    /// to the size and colours of the configuration.
    pub shape: Option<ImageShape>,
    /// Class names in the order of the labels.
    pub classes: &'static [&'static str],
    /// Training images; of a drawn data set, how many are drawn unless told otherwise.
    pub train_images: usize,
    /// Test images; of a drawn data set, how many are drawn unless told otherwise. 0 where the
    /// data set has no test images of its own, which are then cut from the others.
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
        /// What is in them.
        layout: Layout,
    },
    /// Drawn by the program itself.
    Drawn(Drawing),
}

impl DatasetEntry {
    /// The photographs of this entry in `folder`, its place in the data folder.
    pub const fn photographs<'a>(
        &'a self,
        files: &'a [RemoteFile<'a>],
        layout: Layout,
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
