//! stub
use super::{DataError, ImageShape};
use super::fetch::RemoteFile;
use super::synthetic::Drawing;
#[derive(Debug, Clone, Copy)]
pub enum Source { Idx { files: &'static [RemoteFile] }, Drawn(Drawing) }
#[derive(Debug, Clone, Copy)]
pub struct DatasetEntry { pub name: &'static str, pub summary: &'static str, pub shape: ImageShape, pub classes: &'static [&'static str], pub train_images: usize, pub test_images: usize, pub source: Source }
pub const CATALOG: &[DatasetEntry] = &[
 DatasetEntry { name: "garments", summary: "", shape: ImageShape::new(1,28,28), classes: &[], train_images: 3000, test_images: 1000, source: Source::Drawn(Drawing::Garments) },
 DatasetEntry { name: "fashion-mnist", summary: "", shape: ImageShape::new(1,28,28), classes: &["0","1","2","3","4","5","6","7","8","9"], train_images: 60000, test_images: 10000, source: Source::Idx{files: &[]} },
 DatasetEntry { name: "mnist", summary: "", shape: ImageShape::new(1,28,28), classes: &["0","1","2","3","4","5","6","7","8","9"], train_images: 60000, test_images: 10000, source: Source::Idx{files: &[]} },
];
pub fn find(name: &str) -> Result<&'static DatasetEntry, DataError> {
    CATALOG.iter().find(|e| e.name == name).ok_or_else(|| DataError::NothingToTrainOn { name: name.into() })
}
pub fn is_present(_: &DatasetEntry, _: &std::path::Path) -> bool { true }
