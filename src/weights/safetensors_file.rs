//! Reads safetensors: a header in JSON that says where each tensor lies, then the values.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use safetensors::Dtype;
use safetensors::tensor::Metadata;

use super::error::Refusal;
use super::values::{Element, to_native};
use super::{Source, Stored};

/// Bytes of the longest header: that of a network has some kilobytes.
const MAX_HEADER: u64 = 16 << 20;

/// Bytes before the header: its length.
const LENGTH: u64 = 8;

/// Every tensor that the header of `file`, which is at its start, names.
pub(super) fn read_header(file: &mut File) -> Result<Vec<(String, Stored)>, Refusal> {
    let file_bytes = file.metadata()?.len();
    let mut reader = BufReader::new(file);
    let mut length = [0; LENGTH as usize];
    reader.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    if length > MAX_HEADER {
        return Err(Refusal::Excessive(format!(
            "its header claims {length} bytes, at most {MAX_HEADER} are read"
        )));
    }
    let start = LENGTH + length;
    if start > file_bytes {
        let reason = format!("expected {start} bytes of header, received {file_bytes} in all");
        return Err(Refusal::Damaged(reason));
    }
    let mut header = Vec::new();
    reader.take(length).read_to_end(&mut header)?;
    let damaged = |error: serde_json::Error| Refusal::Damaged(format!("its header: {error}"));
    // Overlapping, missing and contradicting ranges are refused here.
    let metadata: Metadata = serde_json::from_slice(&header).map_err(damaged)?;
    let expected = start.saturating_add(metadata.data_len() as u64);
    if expected != file_bytes {
        let reason = format!("expected {expected} bytes by its header, received {file_bytes}");
        return Err(Refusal::Damaged(reason));
    }
    let stored = metadata.tensors().into_iter().map(|(name, info)| {
        let (from, to) = info.data_offsets;
        let stored = Stored {
            shape: info.shape.clone(),
            element: element(info.dtype),
            source: Source::Range {
                start: start + from as u64,
                bytes: to - from,
            },
        };
        (name, stored)
    });
    Ok(stored.collect())
}

fn element(dtype: Dtype) -> Element {
    match dtype {
        Dtype::F64 => Element::F64,
        Dtype::F32 => Element::F32,
        Dtype::F16 => Element::F16,
        Dtype::BF16 => Element::Bf16,
        other => Element::Other(format!("{other:?}")),
    }
}

/// `bytes` bytes of `file` from `start` on, in the byte order of this machine.
pub(super) fn read_range(
    mut file: &File,
    start: u64,
    bytes: usize,
    element: &Element,
) -> Result<Vec<u8>, Refusal> {
    // The header was checked against the length of the file, so this is no more than there is.
    let mut content = vec![0; bytes];
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(&mut content)?;
    let size = match element {
        Element::F64 => 8,
        Element::F32 => 4,
        Element::F16 | Element::Bf16 => 2,
        Element::Other(_) => 1,
    };
    to_native(&mut content, size);
    Ok(content)
}
