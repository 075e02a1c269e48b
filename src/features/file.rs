//! The file of features: a line of JSON, the values, a checksum of both.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::pixels::ImageShape;
use crate::sync::lock;

/// Ending of the names of files of features.
pub const EXTENSION: &str = "features";

/// Identifies the format of the file.
pub const FORMAT: &str = "convlab features 1";
const SUM: u64 = 32;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    kind: String,
    /// Of the features of one image.
    shape: ImageShape,
    images: usize,
}

/// Features of many images, 32-bit floats in the order `[images, channels, height, width]`. They are
/// read from the file whenever they are needed, since they may not fit into memory.
#[derive(Debug)]
pub struct FeatureFile {
    path: PathBuf,
    file: Mutex<File>,
    /// Position of the first value, in bytes.
    start: u64,
    shape: ImageShape,
    images: usize,
}

impl FeatureFile {
    /// The file at `path` if it is there.
    ///
    /// # Errors
    /// It is damaged or does not hold `images` images: the reason.
    pub fn open(path: &Path, images: usize) -> Result<Option<Self>, String> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("it cannot be opened: {error}")),
        };
        let unreadable = |error: io::Error| format!("it cannot be read: {error}");
        let length = file.metadata().map_err(unreadable)?.len();
        let mut reader = BufReader::with_capacity(1 << 20, file);
        let (header, start) = read_header(&mut reader).map_err(unreadable)?;
        let header = header.ok_or("invalid header")?;
        if header.kind != FORMAT || header.images != images {
            return Err(format!(
                "expected {images} images in the format \"{FORMAT}\", received {} in \"{}\"",
                header.images, header.kind
            ));
        }
        let values = (header.images as u64)
            .checked_mul(header.shape.len() as u64)
            .and_then(|count| count.checked_mul(4));
        if values.and_then(|values| values.checked_add(start + SUM)) != Some(length) {
            return Err(format!(
                "its length, {length} bytes, does not match its header"
            ));
        }
        check_sum(&mut reader, length - SUM).map_err(unreadable)??;
        Ok(Some(Self {
            path: path.to_path_buf(),
            file: Mutex::new(reader.into_inner()),
            start,
            shape: header.shape,
            images: header.images,
        }))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Shape of the features of one image.
    pub fn shape(&self) -> ImageShape {
        self.shape
    }

    /// Number of images.
    #[allow(clippy::len_without_is_empty)] // never empty
    pub fn len(&self) -> usize {
        self.images
    }

    /// Reads the features of image `index`; `values` has `shape().len()` values.
    ///
    /// # Errors
    /// The file has become unreadable, or there is no such image.
    pub fn read(&self, index: usize, values: &mut [f32]) -> io::Result<()> {
        if index >= self.images || values.len() != self.shape.len() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let mut bytes = vec![0; values.len() * 4];
        let mut file = lock(&self.file);
        file.seek(SeekFrom::Start(self.start + (index * bytes.len()) as u64))?;
        file.read_exact(&mut bytes)?;
        drop(file);
        for (value, bytes) in values.iter_mut().zip(bytes.chunks_exact(4)) {
            *value = f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        }
        Ok(())
    }
}

/// Reads the first line and its length; `None` if it is no header.
fn read_header(reader: &mut impl BufRead) -> io::Result<(Option<Header>, u64)> {
    let mut line = Vec::new();
    // A header is shorter; a file of another kind may have no line break at all.
    reader.take(4096).read_until(b'\n', &mut line)?;
    let start = line.len() as u64;
    Ok((serde_json::from_slice(&line).ok(), start))
}

/// Whether the checksum that begins at `length` is that of everything before it.
fn check_sum(reader: &mut BufReader<File>, length: u64) -> io::Result<Result<(), String>> {
    reader.seek(SeekFrom::Start(0))?;
    let mut sum = Sha256::new();
    let mut block = vec![0; 1 << 16];
    let mut left = length;
    while left > 0 {
        let wanted = left.min(block.len() as u64) as usize;
        reader.read_exact(&mut block[..wanted])?;
        sum.update(&block[..wanted]);
        left -= wanted as u64;
    }
    let mut kept = Vec::new();
    reader.read_to_end(&mut kept)?;
    Ok(match sum.finalize()[..] == kept[..] {
        true => Ok(()),
        false => Err("its checksum does not match its content".into()),
    })
}

/// Writes a file of features. Nothing is left behind if it is dropped before it is finished.
pub struct Writer {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
    sum: Sha256,
    images: usize,
}

impl Writer {
    /// Begins a file of `images` images with features of `shape`.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn create(path: &Path, shape: ImageShape, images: usize) -> io::Result<Self> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut writer = Self {
            path: path.to_path_buf(),
            file: BufWriter::with_capacity(1 << 20, NamedTempFile::new_in(folder)?),
            sum: Sha256::new(),
            images,
        };
        let header = Header {
            kind: FORMAT.into(),
            shape,
            images,
        };
        let mut line = serde_json::to_vec(&header)?;
        line.push(b'\n');
        writer.write(&line)?;
        Ok(writer)
    }

    /// Adds the features of some images.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add(&mut self, values: &[f32]) -> io::Result<()> {
        let bytes: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        self.write(&bytes)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sum.update(bytes);
        self.file.write_all(bytes)
    }

    /// Ends the file, moves it to its path, and opens it.
    ///
    /// # Errors
    /// The file cannot be written, or fewer images were added than announced.
    pub fn finish(self) -> io::Result<FeatureFile> {
        let Self {
            path,
            mut file,
            sum,
            images,
        } = self;
        file.write_all(&sum.finalize())?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        match FeatureFile::open(&path, images) {
            Ok(Some(file)) => Ok(file),
            Ok(None) => Err(io::ErrorKind::NotFound.into()),
            Err(reason) => Err(io::Error::other(reason)),
        }
    }
}
