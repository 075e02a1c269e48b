//! The kind of a file, detected by its content: names may be wrong, and a downloaded error page keeps
//! the name of the file.

use std::fs::File;
use std::io::{Read, Seek};

use super::error::Refusal;

/// Number of bytes that the detection reads.
const HEAD: usize = 512;

/// The kinds of files that can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    Safetensors,
    /// Keras.
    Hdf5,
    /// PyTorch since 1.6.
    Zip,
    /// PyTorch 0.1.10 to 1.5: a sequence of pickles, then the values.
    Legacy,
    /// PyTorch before 0.1.10.
    Tar,
    /// A single pickle, which cannot hold the values of tensors.
    Pickle,
}

impl FileKind {
    /// Name of the kind for messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safetensors => "safetensors file",
            Self::Hdf5 => "HDF5 file",
            Self::Zip | Self::Legacy | Self::Tar => "PyTorch file",
            Self::Pickle => "pickle",
        }
    }

    /// The kind of `file`, which is rewound; `None` if it is empty.
    ///
    /// # Errors
    /// The file has no weights, or cannot be read.
    pub fn detect(file: &mut File) -> Result<Option<Self>, Refusal> {
        let mut head = Vec::new();
        file.take(HEAD as u64).read_to_end(&mut head)?;
        file.rewind()?;
        match head.is_empty() {
            true => Ok(None),
            false => detect_in(&head).map(Some),
        }
    }
}

fn detect_in(head: &[u8]) -> Result<FileKind, Refusal> {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(FileKind::Zip);
    }
    if head.get(257..262) == Some(b"ustar") {
        return Ok(FileKind::Tar);
    }
    if head.starts_with(b"\x89HDF\r\n\x1a\n") {
        return Ok(FileKind::Hdf5);
    }
    if is_legacy(head) {
        return Ok(FileKind::Legacy);
    }
    // The header is a JSON object behind its length in 8 bytes.
    if head.get(8) == Some(&b'{') {
        return Ok(FileKind::Safetensors);
    }
    if let Some((found, cure)) = describe_foreign(head) {
        return Err(Refusal::NotWeights(found.to_owned(), cure));
    }
    match head[0] {
        // Protocol 2 and later begin with 0x80; earlier ones with a global, a mark or a container.
        0x80 | b'c' | b'(' | b'}' | b']' => Ok(FileKind::Pickle),
        _ => Err(unknown(head)),
    }
}

/// The refusal of unknown content that starts with `head`.
pub(super) fn unknown(head: &[u8]) -> Refusal {
    let start = &head[..head.len().min(12)];
    let found = format!("content that starts with \"{}\"", start.escape_ascii());
    Refusal::NotWeights(found, "check the path, or fetch the file again")
}

/// Whether the file starts with the number 0x1950a86a20f9469cfc6c, as bytes or in digits.
fn is_legacy(head: &[u8]) -> bool {
    const BYTES: &[u8] = &[0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
    const DIGITS: &[u8] = b"119547037146038801333356";
    // The reader searches no further, whatever the protocol of the pickle.
    let start = &head[..head.len().min(64)];
    let holds = |what: &[u8]| start.windows(what.len()).any(|window| window == what);
    holds(BYTES) || holds(DIGITS)
}

/// What files that are often mistaken for weights are, and what to do.
fn describe_foreign(head: &[u8]) -> Option<(&'static str, &'static str)> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let text = text.trim_ascii_start().to_ascii_lowercase();
    let starts_with = |start: &str| text.starts_with(start.as_bytes());
    if ["<!doctype", "<html", "<head", "<?xml"]
        .into_iter()
        .any(starts_with)
    {
        let found = "a web page";
        return Some((
            found,
            "fetch the file itself, not the page that links to it",
        ));
    }
    if starts_with("version https://git-lfs") {
        let found = "a Git LFS pointer";
        return Some((found, "fetch the file itself with `git lfs pull`"));
    }
    if head.starts_with(b"\x1f\x8b") {
        let found = "a gzip archive";
        return Some((found, "unpack it first"));
    }
    None
}
