//! Checks the pickles of a PyTorch file before it is read, see [`pickle`](super::pickle).
//!
//! Each of the three containers of PyTorch has its pickles at other places among the values of the
//! tensors.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use zip::{ZipArchive, ZipReadOptions};

use super::error::Refusal;
use super::pickle::walk;
use super::pickle_value::Budget;

/// Limit in bytes for a pickle in a ZIP archive, which may be compressed.
const MAX_PICKLE: u64 = 64 << 20;

/// Limit for the bytes that a file describes, as a multiple of its own length. PyTorch does not
/// compress weights, and tensors seldom share them.
const MAX_GROWTH: u64 = 8;

/// Refuses `claimed` bytes that are far more than the `file_bytes` of the file.
pub(super) fn check_growth(claimed: u64, file_bytes: u64, what: &str) -> Result<(), Refusal> {
    let limit = file_bytes
        .saturating_mul(MAX_GROWTH)
        .saturating_add(1 << 20);
    if claimed <= limit {
        return Ok(());
    }
    Err(Refusal::Excessive(format!(
        "{what} take {claimed} bytes, the file has {file_bytes}; expected at most {limit}"
    )))
}

/// Checks the pickle in a ZIP archive, and the unpacked size of the archive.
pub(super) fn check_zip(file: &File) -> Result<(), Refusal> {
    let damaged = |error: zip::result::ZipError| Refusal::Damaged(error.to_string());
    let file_bytes = file.metadata()?.len();
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(damaged)?;
    let (mut pickles, mut unpacked, mut is_script) = (Vec::new(), 0_u64, false);
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(damaged)?;
        unpacked = unpacked.saturating_add(entry.size());
        let name = entry.name().map_err(damaged)?;
        if name == "data.pkl" || name.ends_with("/data.pkl") {
            pickles.push(index);
        }
        is_script |= name.ends_with("/constants.pkl");
    }
    check_growth(unpacked, file_bytes, "its entries, unpacked,")?;
    if pickles.is_empty() {
        return Err(Refusal::NotWeights(
            "a ZIP archive without PyTorch's data.pkl".to_owned(),
            "unpack it and give the file of the weights in it",
        ));
    }
    if is_script {
        return Err(Refusal::NotWeights(
            "a TorchScript program".to_owned(),
            "save its weights with torch.save(model.state_dict(), ...) or as safetensors",
        ));
    }
    let mut budget = Budget::new();
    for index in pickles {
        let options = ZipReadOptions::new().ignore_crc32(true);
        let entry = archive.by_index_with_options(index, options);
        let entry = entry.map_err(damaged)?;
        if entry.size() > MAX_PICKLE {
            let bytes = entry.size();
            let reason = format!("its pickle takes {bytes} bytes, at most {MAX_PICKLE} are read");
            return Err(Refusal::Excessive(reason));
        }
        walk(&mut BufReader::new(entry.take(MAX_PICKLE)), &mut budget)?;
    }
    Ok(())
}

/// Checks the five pickles at the start of a legacy file: a magic number, a version, the properties of
/// the machine, the object, and the order of the storages.
pub(super) fn check_legacy(file: &File) -> Result<(), Refusal> {
    let (mut reader, mut budget) = (BufReader::new(file), Budget::new());
    for _ in 0..5 {
        walk(&mut reader, &mut budget)?;
    }
    Ok(())
}

/// Checks a file that is a single pickle.
pub(super) fn check_plain(file: &File) -> Result<(), Refusal> {
    walk(&mut BufReader::new(file), &mut Budget::new()).map(drop)
}

/// Checks the pickles in the four entries of a TAR archive.
pub(super) fn check_tar(file: &File) -> Result<(), Refusal> {
    let file_bytes = file.metadata()?.len();
    let mut archive = tar::Archive::new(BufReader::new(file));
    let mut budget = Budget::new();
    for entry in archive.entries()? {
        let entry = entry?;
        // A sparse entry of a few bytes may have any length, and all of it would be read.
        let kind = entry.header().entry_type();
        if kind.is_gnu_sparse() || entry.size() > file_bytes {
            let bytes = entry.size();
            let reason = format!("an entry claims {bytes} bytes, the file has {file_bytes}");
            return Err(Refusal::Excessive(reason));
        }
        let name = entry.path()?.to_string_lossy().into_owned();
        let mut reader = BufReader::new(entry);
        match name.trim_start_matches("./") {
            "sys_info" | "pickle" => drop(walk(&mut reader, &mut budget)?),
            "storages" => check_storages(&mut reader, &mut budget)?,
            "tensors" => check_tensors(&mut reader, &mut budget)?,
            _ => {}
        }
    }
    Ok(())
}

/// The number of storages; for each a pickle, its length and its values; then the views.
fn check_storages(reader: &mut impl BufRead, budget: &mut Budget) -> Result<(), Refusal> {
    walk(reader, budget)?;
    loop {
        let globals = walk(reader, budget)?;
        let size = match globals.as_slice() {
            // The pickle of a storage names its type; the pickle of the views names none.
            [] => return Ok(()),
            [kind] => element_bytes(kind),
            _ => None,
        };
        let damaged = || Refusal::Damaged("unknown values in its entry `storages`".to_owned());
        let size = size.ok_or_else(damaged)?;
        let bytes = read_u64(reader)?.checked_mul(size).ok_or_else(damaged)?;
        skip(reader, bytes)?;
    }
}

/// The number of tensors; for each a pickle, the number of dimensions, a size and a stride for each
/// dimension, and an offset.
fn check_tensors(reader: &mut impl BufRead, budget: &mut Budget) -> Result<(), Refusal> {
    walk(reader, budget)?;
    while !reader.fill_buf()?.is_empty() {
        walk(reader, budget)?;
        let dimensions = read_u64(reader)? & 0xffff_ffff;
        skip(reader, (2 * dimensions + 1) * 8)?;
    }
    Ok(())
}

fn read_u64(reader: &mut impl Read) -> Result<u64, Refusal> {
    let mut bytes = [0; 8];
    reader.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

fn skip(reader: &mut impl Read, bytes: u64) -> Result<(), Refusal> {
    let skipped = io::copy(&mut reader.take(bytes), &mut io::sink())?;
    if skipped == bytes {
        return Ok(());
    }
    let reason = format!("expected {bytes} bytes of values, received {skipped}");
    Err(Refusal::Damaged(reason))
}

/// Bytes per element of a storage class such as `torch.FloatStorage`.
fn element_bytes(class: &str) -> Option<u64> {
    match class.rsplit('.').next()? {
        "DoubleStorage" | "LongStorage" => Some(8),
        "FloatStorage" | "IntStorage" => Some(4),
        "HalfStorage" | "BFloat16Storage" | "ShortStorage" => Some(2),
        "CharStorage" | "ByteStorage" | "BoolStorage" => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_measured_against_the_file() {
        assert!(check_growth(80 << 20, 10 << 20, "").is_ok());
        let error = check_growth(82 << 20, 10 << 20, "tensors").unwrap_err();
        assert!(matches!(error, Refusal::Excessive(_)), "{error:?}");
    }

    #[test]
    fn skipping_beyond_the_end_of_an_entry_is_an_error() {
        assert!(skip(&mut io::Cursor::new([0; 4]), 4).is_ok());
        assert!(skip(&mut io::Cursor::new([0; 4]), 5).is_err());
    }
}
