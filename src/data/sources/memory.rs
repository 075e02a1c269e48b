//! The store of data sets that fit in memory.

use crate::data::error::DataError;
use crate::data::store::ImageStore;
use crate::pixels::ImageShape;

/// All images in one block of memory.
#[derive(Debug, Clone)]
pub struct MemoryStore {
    name: String,
    shape: ImageShape,
    pixels: Vec<u8>,
    labels: Vec<u16>,
}

impl MemoryStore {
    /// A store over `pixels`, `[labels.len(), channels, height, width]` in row-major order.
    /// [`ImageStore::origin`] is `name` with the position, e.g. `mnist test 23`.
    ///
    /// # Panics
    /// If `pixels` does not hold exactly one image per label; loaders check this before.
    pub fn new(
        name: impl Into<String>,
        shape: ImageShape,
        pixels: Vec<u8>,
        labels: Vec<u16>,
    ) -> Self {
        assert_eq!(
            pixels.len(),
            labels.len() * shape.len(),
            "{} labels of shape {shape} need another number of pixels",
            labels.len()
        );
        Self {
            name: name.into(),
            shape,
            pixels,
            labels,
        }
    }
}

impl ImageStore for MemoryStore {
    fn len(&self) -> usize {
        self.labels.len()
    }

    fn shape(&self) -> ImageShape {
        self.shape
    }

    fn label(&self, index: usize) -> usize {
        usize::from(self.labels[index])
    }

    fn read(&self, index: usize, out: &mut [u8]) -> Result<(), DataError> {
        check_read(&self.name, self, index, out)?;
        let size = self.shape.len();
        out.copy_from_slice(&self.pixels[index * size..][..size]);
        Ok(())
    }

    fn origin(&self, index: usize) -> String {
        format!("{} {index}", self.name)
    }
}

/// Checks that `index` is a position of `store` and that an image fits `out`.
pub fn check_read(
    name: &str,
    store: &dyn ImageStore,
    index: usize,
    out: &[u8],
) -> Result<(), DataError> {
    if index >= store.len() {
        return Err(DataError::NoSuchImage {
            name: name.to_owned(),
            index,
            len: store.len(),
        });
    }
    if out.len() != store.shape().len() {
        return Err(DataError::BufferLength {
            name: name.to_owned(),
            shape: store.shape(),
            expected: store.shape().len(),
            received: out.len(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_images() -> MemoryStore {
        MemoryStore::new(
            "toy test",
            ImageShape::new(1, 1, 2),
            vec![1, 2, 3, 4],
            vec![0, 7],
        )
    }

    #[test]
    fn an_image_is_read_with_its_label_and_origin() {
        let store = two_images();
        let mut out = [0; 2];
        store.read(1, &mut out).unwrap();
        assert_eq!(out, [3, 4]);
        assert_eq!(store.label(1), 7);
        assert_eq!(store.origin(1), "toy test 1");
        assert_eq!(store.len(), 2);
    }

    #[test]
    fn reading_past_the_end_is_refused_with_the_number_of_images() {
        let error = two_images().read(2, &mut [0; 2]).unwrap_err().to_string();
        assert!(
            error.contains("image 2") && error.contains("2 images"),
            "{error}"
        );
    }

    #[test]
    fn reading_into_a_buffer_of_the_wrong_length_is_refused() {
        let error = two_images().read(0, &mut [0; 3]).unwrap_err().to_string();
        assert!(error.contains("1x1x2") && error.contains('3'), "{error}");
    }
}
