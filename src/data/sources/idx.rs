//! The IDX format, which MNIST and everything made after it comes in.
//!
//! A header is a claim, not a fact: sizes are checked against what is really there, and memory
//! grows with the bytes that arrive. Format: the page of
//! [MNIST](http://yann.lecun.com/exdb/mnist/), "THE IDX FILE FORMAT".

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::data::error::{DataError, IdxError};

const IMAGE_MAGIC: u32 = 0x0000_0803;
const LABEL_MAGIC: u32 = 0x0000_0801;

/// Most decoded bytes of one file; MNIST has 47 MB. Keeps a small archive that unpacks to
/// nothing but zeros from filling the memory.
const MAX_BYTES: u64 = 4 << 30;

/// What deflate can make of one byte at most; bounds the memory reserved for a claim.
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

/// Reads an image file, plain or gzipped; which one is told by its content.
///
/// # Errors
/// Where the file is missing, of another kind, empty, shorter or longer than its header says, or
/// larger than 4 GiB.
pub fn read_images(path: &Path) -> Result<IdxImages, DataError> {
    let ([count, rows, cols], pixels) = read_idx(path, "image", IMAGE_MAGIC)?;
    Ok(IdxImages {
        count,
        rows,
        cols,
        pixels,
    })
}

/// Reads a label file, plain or gzipped: one label per image, not yet checked against a number
/// of classes.
///
/// # Errors
/// As [`read_images`].
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
        return Err(refuse("which is nothing".to_owned()));
    }
    let payload = dims
        .iter()
        .try_fold(1_u64, |product, &dim| product.checked_mul(dim))
        .filter(|&bytes| bytes <= MAX_BYTES)
        .ok_or_else(|| refuse(format!("more than the {MAX_BYTES} bytes a file may have")))?;

    let reachable = on_disk.saturating_mul(MAX_DEFLATE_RATIO);
    let mut content = Vec::with_capacity(payload.min(reachable) as usize);
    // One byte more than announced: tells a file that goes on, and makes the gzip decoder reach
    // and verify its checksum.
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

/// The decoded content of a file, and the file's own length in bytes.
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

/// Appends at most `limit` bytes. An archive that stops in the middle is no failure here but is
/// handed back, so that the caller can say how much there is.
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
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::fs;
    use std::io::Write;
    use std::path::PathBuf;

    fn idx(magic: u32, dims: &[u32], content: &[u8]) -> Vec<u8> {
        let words = [&[magic], dims].concat();
        let header = words.iter().flat_map(|word| word.to_be_bytes());
        header.chain(content.iter().copied()).collect()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn write(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some-file");
        fs::write(&path, bytes).unwrap();
        (folder, path)
    }

    fn images(bytes: &[u8]) -> Result<IdxImages, DataError> {
        let (_folder, path) = write(bytes);
        read_images(&path)
    }

    fn refusal(bytes: &[u8]) -> String {
        let error = images(bytes).unwrap_err().full_message();
        assert!(
            error.contains("some-file"),
            "the file is not named: {error}"
        );
        error
    }

    fn two_by_two() -> Vec<u8> {
        idx(IMAGE_MAGIC, &[2, 1, 2], &[1, 2, 3, 4])
    }

    #[test]
    fn images_are_read_row_by_row() {
        let read = images(&two_by_two()).unwrap();
        assert_eq!((read.count, read.rows, read.cols), (2, 1, 2));
        assert_eq!(read.pixels, [1, 2, 3, 4]);
    }

    #[test]
    fn a_gzipped_file_is_told_by_its_content_and_not_by_its_name() {
        assert_eq!(
            images(&gzip(&two_by_two())).unwrap(),
            images(&two_by_two()).unwrap()
        );
    }

    #[test]
    fn labels_are_read_one_per_byte() {
        let (_folder, path) = write(&idx(LABEL_MAGIC, &[3], &[9, 0, 4]));
        assert_eq!(read_labels(&path).unwrap(), [9, 0, 4]);
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read_images(Path::new("/nowhere/at-all")).unwrap_err();
        assert!(error.to_string().contains("/nowhere/at-all"), "{error}");
    }

    #[test]
    fn a_label_file_in_the_place_of_images_is_called_by_its_name() {
        let error = refusal(&idx(LABEL_MAGIC, &[3], &[0, 1, 2]));
        assert!(
            error.contains("0x00000803") && error.contains("0x00000801"),
            "{error}"
        );
        assert!(
            error.contains("label file") && error.contains("swapped"),
            "{error}"
        );
    }

    #[test]
    fn a_text_is_refused_by_its_magic_number() {
        let error = refusal(b"<!DOCTYPE html>");
        assert!(error.contains("0x3c21444f"), "{error}");
    }

    #[test]
    fn an_empty_file_and_half_a_header_are_refused() {
        for length in [0, 3, 4, 15] {
            let error = refusal(&two_by_two()[..length]);
            assert!(error.contains(&format!("found {length}")), "{error}");
        }
    }

    #[test]
    fn a_truncated_file_is_refused_with_both_lengths() {
        let error = refusal(&two_by_two()[..18]);
        assert!(
            error.contains("expected 20") && error.contains("found 18"),
            "{error}"
        );
        assert!(error.contains("2 images of 1x2"), "{error}");
    }

    #[test]
    fn an_archive_that_is_cut_anywhere_is_refused() {
        let content: Vec<u8> = (0..4_000_u32).map(|i| (i * i % 251) as u8).collect();
        let whole = gzip(&idx(IMAGE_MAGIC, &[10, 20, 20], &content));
        assert!(images(&whole).is_ok());
        for missing in [1, 4, 8, 9, 100, whole.len() / 2] {
            refusal(&whole[..whole.len() - missing]);
        }
    }

    #[test]
    fn an_archive_with_a_wrong_checksum_is_refused() {
        let mut archive = gzip(&two_by_two());
        let crc = archive.len() - 8;
        archive[crc] ^= 1;
        refusal(&archive);
    }

    #[test]
    fn trailing_bytes_are_refused_plain_and_gzipped() {
        let long = [&two_by_two()[..], &[0]].concat();
        for bytes in [long.clone(), gzip(&long)] {
            let error = refusal(&bytes);
            assert!(
                error.contains("expected 20 bytes") && error.contains("goes on"),
                "{error}"
            );
        }
        refusal(&[&gzip(&two_by_two())[..], b"rest"].concat());
    }

    #[test]
    fn a_header_of_zero_images_or_zero_pixels_is_refused() {
        for dims in [[0, 28, 28], [2, 0, 28], [2, 28, 0]] {
            let error = refusal(&idx(IMAGE_MAGIC, &dims, &[]));
            assert!(error.contains(&format!("{} images of", dims[0])), "{error}");
        }
    }

    #[test]
    fn a_huge_claim_is_refused_without_reserving_it() {
        let error = refusal(&idx(IMAGE_MAGIC, &[u32::MAX, u32::MAX, u32::MAX], &[0; 64]));
        assert!(
            error.contains("4294967295 images of 4294967295x4294967295"),
            "{error}"
        );
        let error = refusal(&idx(IMAGE_MAGIC, &[4_000_000, 32, 32], &[0; 64]));
        assert!(
            error.contains("expected 4096000016") && error.contains("found 80"),
            "{error}"
        );
    }
}
