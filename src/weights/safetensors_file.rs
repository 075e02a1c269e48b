//! Reads safetensors files: a JSON header with the position of each tensor, then the values.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use safetensors::Dtype;
use safetensors::tensor::Metadata;

use super::error::Refusal;
use super::stored::{StoredTensor, TensorSource};
use super::values::{ElementType, to_native};

/// Limit in bytes for the header; that of a network has some kilobytes.
const MAX_HEADER: u64 = 16 << 20;

/// Bytes of the length of the header, which precedes it.
const LENGTH: u64 = 8;

/// All tensors in the header of `file`, which must be at its start.
pub(super) fn read_header(file: &mut File) -> Result<Vec<(String, StoredTensor)>, Refusal> {
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
    // Parsing refuses ranges that overlap, have gaps, or contradict the shapes.
    let metadata: Metadata = serde_json::from_slice(&header).map_err(damaged)?;
    let expected = start.saturating_add(metadata.data_len() as u64);
    if expected != file_bytes {
        let reason = format!("expected {expected} bytes by its header, received {file_bytes}");
        return Err(Refusal::Damaged(reason));
    }
    let stored = metadata.tensors().into_iter().map(|(name, info)| {
        let (from, to) = info.data_offsets;
        let stored = StoredTensor {
            shape: info.shape.clone(),
            element: element(info.dtype),
            source: TensorSource::Range {
                start: start + from as u64,
                bytes: to - from,
            },
        };
        (name, stored)
    });
    Ok(stored.collect())
}

fn element(dtype: Dtype) -> ElementType {
    match dtype {
        Dtype::F64 => ElementType::F64,
        Dtype::F32 => ElementType::F32,
        Dtype::F16 => ElementType::F16,
        Dtype::BF16 => ElementType::Bf16,
        other => ElementType::Other(format!("{other:?}")),
    }
}

/// `bytes` bytes of `file` from `start` on, in the byte order of this machine.
pub(super) fn read_range(
    mut file: &File,
    start: u64,
    bytes: usize,
    element: &ElementType,
) -> Result<Vec<u8>, Refusal> {
    // The header was checked against the length of the file, so this cannot be too large.
    let mut content = vec![0; bytes];
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(&mut content)?;
    let size = match element {
        ElementType::F64 => 8,
        ElementType::F32 => 4,
        ElementType::F16 | ElementType::Bf16 => 2,
        ElementType::Other(_) => 1,
    };
    to_native(&mut content, size);
    Ok(content)
}
