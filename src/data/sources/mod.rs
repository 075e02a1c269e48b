//! Data sets as they lie on disk: IDX files, folders of images, unpacked archives.

mod folder;
mod folder_scan;
mod folder_store;
mod idx;
mod idx_folder;
mod listed;
mod memory;
mod photographs;
mod prepared;

pub use folder::{FolderOptions, load_folder};
pub use idx_folder::{TEST_FILES, TRAIN_FILES, load_idx, load_idx_folder};
pub use memory::MemoryStore;
pub use photographs::{Layout, Photographs};
pub use prepared::prepare;
