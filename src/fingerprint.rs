//! SHA-256 of content. All loaders of data sets compute the fingerprint of the decoded content in the
//! same way, so that it does not depend on how the files were compressed.

use std::fs::File;
use std::io::{self, Read, Seek};

use sha2::{Digest, Sha256};

/// SHA-256 over a sequence of texts, numbers and byte blocks.
///
/// Every item is preceded by its length, so that `["ab", "c"]` and `["a", "bc"]` differ.
#[derive(Debug, Clone, Default)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// An empty fingerprint.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a block of bytes, e.g. pixels.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.update(bytes);
    }

    /// Adds a text, e.g. a class name.
    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// Adds a number, e.g. a size or a label.
    pub fn number(&mut self, number: u64) {
        self.0.update(number.to_le_bytes());
    }

    /// The SHA-256 of all items, 64 lower-case hexadecimal digits.
    pub fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

/// SHA-256 of `file` from its start, 64 lower-case hexadecimal digits.
pub fn sha256_of(file: &mut File) -> io::Result<String> {
    file.rewind()?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex(&digest.finalize())),
            read => digest.update(&buffer[..read]),
        }
    }
}

/// `bytes` as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[&str]) -> String {
        let mut fingerprint = Fingerprint::new();
        texts.iter().for_each(|text| fingerprint.text(text));
        fingerprint.finish()
    }

    #[test]
    fn the_fingerprint_of_nothing_is_the_sha_256_of_nothing() {
        assert_eq!(
            of(&[]),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn moving_a_border_between_two_texts_changes_the_fingerprint() {
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
    }
}
