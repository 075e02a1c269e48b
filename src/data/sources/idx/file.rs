//! The IDX format of MNIST and of the data sets modelled on it.
//!
//! Headers are not trusted: sizes are checked against the content, and memory grows with the bytes
//! that were read. Format: the page of
//! [MNIST](http://yann.lecun.com/exdb/mnist/), "THE IDX FILE FORMAT".

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::data::error::{DataError, IdxError};

const IMAGE_MAGIC: u32 = 0x0000_0803;
const LABEL_MAGIC: u32 = 0x0000_0801;

/// Limit of the decoded bytes of one file; MNIST has 47 MB. A small gzip file cannot fill the memory
/// with zeros.
const MAX_BYTES: u64 = 4 << 30;

/// Highest compression ratio of deflate; limits the memory reserved for the size in a header.
const MAX_DEFLATE_RATIO: u64 = 1032;

/// Grey images of an IDX file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdxImages {
    /// Number of images, at least 1.
    pub count: usize,
    /// Height in pixels, at least 1.
    pub rows: usize,
    /// Width in pixels, at least 1.
    pub cols: usize,
    /// `[count, rows, cols]`, 8-bit.
    pub pixels: Vec<u8>,
}

/// Reads an image file, plain or gzipped, which is detected by its content.
///
/// # Errors
/// The file is missing, of another kind, empty, shorter or longer than its header says, or larger
/// than 4 GiB.
pub fn read_images(path: &Path) -> Result<IdxImages, DataError> {
    let ([count, rows, cols], pixels) = read_idx(path, "image", IMAGE_MAGIC)?;
    Ok(IdxImages {
        count,
        rows,
        cols,
        pixels,
    })
}

/// Reads a label file, plain or gzipped: one label per image, not checked against a number of
/// classes.
///
/// # Errors
/// See [`read_images`].
pub fn read_labels(path: &Path) -> Result<Vec<u8>, DataError> {
    let ([_], labels) = read_idx(path, "label", LABEL_MAGIC)?;
    Ok(labels)
}

/// Reads the dimensions (counts, all at least 1) and the content of an IDX file of bytes.
fn read_idx<const N: usize>(
    path: &Path,
    kind: &'static str,
    magic: u32,
) -> Result<([usize; N], Vec<u8>), DataError> {
    let (mut reader, on_disk) = open(path)?;
    let header_bytes = 4 * (1 + N as u64);
    let mut header = Vec::new();
    read_up_to(&mut reader, header_bytes, &mut header).map_err(DataError::io("read", path))?;
    let mut words = header
        .chunks_exact(4)
        .map(|word| u32::from_be_bytes([word[0], word[1], word[2], word[3]]));
    let truncated = |claim: &str, expected: u64, found: usize| {
        IdxError::Truncated {
            path: path.to_path_buf(),
            claim: claim.to_owned(),
            expected,
            found: found as u64,
        }
        .into()
    };
    match words.next() {
        Some(found) if found != magic => {
            return Err(IdxError::Magic {
                path: path.to_path_buf(),
                kind,
                expected: magic,
                found,
            }
            .into());
        }
        _ if (header.len() as u64) < header_bytes => {
            return Err(truncated("the header alone", header_bytes, header.len()));
        }
        _ => {}
    }

    let dims: Vec<u64> = words.map(u64::from).collect();
    let claim = describe(&dims);
    let refuse = |reason: String| {
        IdxError::Header {
            path: path.to_path_buf(),
            claim: claim.clone(),
            reason,
        }
        .into()
    };
    if dims.contains(&0) {
        return Err(refuse("but no dimension may be 0".to_owned()));
    }
    let payload = dims
        .iter()
        .try_fold(1_u64, |product, &dim| product.checked_mul(dim))
        .filter(|&bytes| bytes <= MAX_BYTES)
        .ok_or_else(|| refuse(format!("more than the limit of {MAX_BYTES} bytes")))?;

    let reachable = on_disk.saturating_mul(MAX_DEFLATE_RATIO);
    let mut content = Vec::with_capacity(payload.min(reachable) as usize);
    // One byte more than announced: detects a file that is too long, and makes the gzip decoder
    // reach and verify its checksum.
    let cut_short =
        read_up_to(&mut reader, payload + 1, &mut content).map_err(DataError::io("read", path))?;
    let found = content.len() as u64;
    if found < payload {
        let found = header.len() + content.len();
        return Err(truncated(&claim, header_bytes + payload, found));
    }
    if let Some(error) = cut_short {
        return Err(DataError::io("verify the checksum at the end of", path)(
            error,
        ));
    }
    if found > payload {
        return Err(IdxError::Trailing {
            path: path.to_path_buf(),
            claim,
            expected: header_bytes + payload,
        }
        .into());
    }
    let mut sizes = [0; N];
    for (size, dim) in sizes.iter_mut().zip(dims) {
        *size = dim as usize;
    }
    Ok((sizes, content))
}

fn describe(dims: &[u64]) -> String {
    match dims {
        [count, rows, cols] => format!("{count} images of {rows}x{cols}"),
        [count] => format!("{count} labels"),
        _ => format!("dimensions {dims:?}"),
    }
}

/// The decoded content of a file, and the length of the file itself in bytes.
fn open(path: &Path) -> Result<(Box<dyn Read>, u64), DataError> {
    let file = File::open(path).map_err(DataError::io("open", path))?;
    let on_disk = file.metadata().map_err(DataError::io("read", path))?.len();
    let mut file = BufReader::new(file);
    let start = file.fill_buf().map_err(DataError::io("read", path))?;
    let reader: Box<dyn Read> = if start.starts_with(&[0x1f, 0x8b]) {
        Box::new(MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    };
    Ok((reader, on_disk))
}

/// Appends at most `limit` bytes. An unexpected end is returned in `Ok`, so that the caller can
/// report how many bytes there are.
fn read_up_to(
    reader: &mut impl Read,
    limit: u64,
    out: &mut Vec<u8>,
) -> io::Result<Option<io::Error>> {
    match reader.take(limit).read_to_end(out) {
        Ok(_) => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(Some(error)),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
