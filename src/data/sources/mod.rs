//! Data sets as they are on disk: IDX files, folders of images, archives of photographs.
//!
//! In order: `memory` and `folder_name`, `prepared`, `idx` and `folder`, `photographs`.

mod folder;
mod folder_name;
mod idx;
mod memory;
mod photographs;
mod prepared;

pub use folder::{FolderOptions, load_folder};
pub use idx::{TEST_FILES, TRAIN_FILES, load_idx, load_idx_folder};
pub use memory::MemoryStore;
pub use photographs::{ArchiveLayout, Photographs};
pub use prepared::prepare;
