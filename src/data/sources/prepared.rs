//! Data sets in memory, prepared when they are opened.

use std::sync::Arc;

use rayon::prelude::*;

use super::memory::check_read;
use crate::data::decoding::{ImageOptions, Sketch, converted};
use crate::data::error::DataError;
use crate::data::store::{ImageStore, RawDataset};
use crate::fingerprint::Fingerprint;
use crate::pixels::{ColorMode, ImageShape, Resize, from_planes};
use crate::preparation::Pipeline;
use crate::progress::{Progress, Running, Stage};

/// The images of another store after preparation, at the same size and in the same colours.
struct PreparedStore {
    images: Arc<dyn ImageStore>,
    /// `[images, channels, height, width]`
    pixels: Vec<u8>,
}

impl ImageStore for PreparedStore {
    fn len(&self) -> usize {
        self.images.len()
    }

    fn shape(&self) -> ImageShape {
        self.images.shape()
    }

    fn label(&self, index: usize) -> usize {
        self.images.label(index)
    }

    fn read(&self, index: usize, out: &mut [u8]) -> Result<(), DataError> {
        check_read("prepared images", self, index, out)?;
        out.copy_from_slice(&self.pixels[index * out.len()..][..out.len()]);
        Ok(())
    }

    fn read_unprepared(&self, index: usize, out: &mut [u8]) -> Result<(), DataError> {
        self.images.read(index, out)
    }

    fn sketch(&self, index: usize, unprepared: &mut [u8]) -> Result<Sketch, DataError> {
        self.images.read(index, unprepared)?;
        let prepared = &self.pixels[index * unprepared.len()..][..unprepared.len()];
        Ok(Sketch::new(prepared, unprepared, self.shape()))
    }

    fn origin(&self, index: usize) -> String {
        self.images.origin(index)
    }
}

/// `raw` with every image prepared by `pipeline`, then resized to the size it had by `resize`.
///
/// # Errors
/// An image cannot be read.
pub fn prepare(
    raw: RawDataset,
    pipeline: &Pipeline,
    resize: Resize,
    progress: &dyn Progress,
) -> Result<RawDataset, DataError> {
    if pipeline.is_empty() {
        return Ok(raw);
    }
    let splits = [Some(&raw.train), raw.valid.as_ref(), raw.test.as_ref()];
    let total: usize = splits.iter().flatten().map(|split| split.len()).sum();
    let mut fingerprint = Fingerprint::new();
    fingerprint.text(&raw.fingerprint);
    fingerprint.text(&pipeline.fingerprint());
    let _stage = Running::begin(progress, Stage::images("preparing"), Some(total as u64));
    let prepared = |split: &Arc<dyn ImageStore>| prepare_split(split, pipeline, resize, progress);
    Ok(RawDataset {
        train: prepared(&raw.train)?,
        valid: raw.valid.as_ref().map(prepared).transpose()?,
        test: raw.test.as_ref().map(prepared).transpose()?,
        fingerprint: fingerprint.finish(),
        ..raw
    })
}

/// Images prepared between two reports of progress.
const CHUNK: usize = 4096;

fn prepare_split(
    images: &Arc<dyn ImageStore>,
    pipeline: &Pipeline,
    resize: Resize,
    progress: &dyn Progress,
) -> Result<Arc<dyn ImageStore>, DataError> {
    let shape = images.shape();
    let color = match shape.channels {
        1 => ColorMode::Grey,
        _ => ColorMode::Rgb,
    };
    let options = ImageOptions {
        resize,
        preparation: pipeline.clone(),
        ..ImageOptions::new(color, shape.height, shape.width)
    };
    let mut pixels = vec![0; images.len() * shape.len()];
    for (number, chunk) in pixels.chunks_mut(CHUNK * shape.len()).enumerate() {
        let first = number * CHUNK;
        let images_here = chunk.len() / shape.len();
        let each = chunk.par_chunks_mut(shape.len()).enumerate();
        each.try_for_each(|(index, out)| {
            images.read(first + index, out)?;
            out.copy_from_slice(&converted(from_planes(out, shape), &options));
            Ok::<_, DataError>(())
        })?;
        progress.advance(images_here as u64);
    }
    Ok(Arc::new(PreparedStore {
        images: images.clone(),
        pixels,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::decoding::decode_bytes;
    use crate::data::sources::memory::MemoryStore;
    use std::io::Cursor;
    use std::path::Path;

    const SHAPE: ImageShape = ImageShape::new(1, 8, 6);

    fn raw() -> RawDataset {
        let pixels = (0..3 * SHAPE.len()).map(|at| (at * at % 251) as u8);
        let store = MemoryStore::new("toy train", SHAPE, pixels.collect(), vec![0, 1, 0]);
        RawDataset {
            name: "toy".into(),
            classes: vec!["a".into(), "b".into()],
            train: Arc::new(store),
            valid: None,
            test: None,
            fingerprint: "toy".into(),
            skipped: Vec::new(),
        }
    }

    fn pipeline(json: &str) -> Pipeline {
        serde_json::from_str(json).unwrap()
    }

    fn images(data: &RawDataset) -> Vec<Vec<u8>> {
        let read = |index| {
            let mut pixels = vec![0; SHAPE.len()];
            data.train.read(index, &mut pixels).unwrap();
            pixels
        };
        (0..data.train.len()).map(read).collect()
    }

    #[test]
    fn images_are_what_prediction_makes_of_the_same_pictures() {
        let steps = pipeline(r#"["threshold", {"remove-small": {"area": 2}}, "bounding-crop"]"#);
        let data = prepare(raw(), &steps, Resize::Fit, &()).unwrap();
        assert_ne!(images(&data), images(&raw()));
        let options = ImageOptions {
            resize: Resize::Fit,
            preparation: steps,
            sized_before: true,
            ..ImageOptions::new(ColorMode::Grey, SHAPE.height, SHAPE.width)
        };
        for (before, after) in images(&raw()).iter().zip(images(&data)) {
            let mut png = Cursor::new(Vec::new());
            let picture = from_planes(before, SHAPE);
            picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
            let decoded = decode_bytes(png.get_ref(), Path::new("toy.png"), &options);
            assert_eq!(decoded.unwrap(), after);
        }
    }

    #[test]
    fn labels_and_origins_stay_and_the_fingerprint_follows_the_steps() {
        let data = prepare(raw(), &pipeline(r#"["equalize"]"#), Resize::Fit, &()).unwrap();
        assert_eq!((data.train.label(1), data.train.label(2)), (1, 0));
        assert_eq!(data.train.origin(1), "toy train 1");
        let mut unprepared = vec![0; SHAPE.len()];
        data.train.read_unprepared(2, &mut unprepared).unwrap();
        assert_eq!(unprepared, images(&raw())[2]);
        let other = prepare(raw(), &pipeline(r#"["clahe"]"#), Resize::Fit, &()).unwrap();
        let none = prepare(raw(), &Pipeline::none(), Resize::Fit, &()).unwrap();
        assert_eq!(none.fingerprint, "toy");
        assert_ne!(data.fingerprint, other.fingerprint);
        assert_ne!(data.fingerprint, none.fingerprint);
        assert!(data.train.read(3, &mut unprepared).is_err());
    }
}
