//! The `.part` file of a download that is not complete yet.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};
use sha2::Sha256;

use super::error::DownloadError;
use super::remote_file::RemoteFile;
use crate::fingerprint::hex;
use crate::storage::{Lock, lock};

/// A `.part` file, locked so that two processes do not write to it at once.
pub struct PartFile {
    path: PathBuf,
    file: File,
}

impl PartFile {
    /// Opens or creates the file at `path`.
    pub fn open(path: PathBuf) -> Result<Self, DownloadError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = options
            .open(&path)
            .map_err(DownloadError::io("write", &path))?;
        match lock(&file) {
            Lock::Busy => Err(DownloadError::Busy { path }),
            // On a file system without locks, two downloads at once are not noticed.
            Lock::Held | Lock::Unavailable(_) => Ok(Self { path, file }),
        }
    }

    /// Bytes received so far.
    pub fn len(&self) -> Result<u64, DownloadError> {
        Ok(self
            .file
            .metadata()
            .map_err(DownloadError::io("read", &self.path))?
            .len())
    }

    /// Discards all bytes.
    pub fn clear(&mut self) -> Result<(), DownloadError> {
        self.file
            .set_len(0)
            .map_err(DownloadError::io("write", &self.path))
    }

    /// Appends bytes.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), DownloadError> {
        let written = self
            .file
            .seek(SeekFrom::End(0))
            .and_then(|_| self.file.write_all(bytes));
        written.map_err(DownloadError::io("write", &self.path))
    }

    /// Compares the checksums with those of `remote`. A file that differs is emptied, so that no later
    /// attempt continues it, and the difference is returned.
    pub fn verify(&mut self, remote: &RemoteFile) -> Result<Option<String>, DownloadError> {
        let (md5, sha256) = self
            .checksums()
            .map_err(DownloadError::io("read", &self.path))?;
        if remote.has_sha256(&sha256) && remote.md5.is_none_or(|expected| expected == md5) {
            log::info!("{}: {} bytes, SHA-256 {sha256}", remote.name, self.len()?);
            return Ok(None);
        }
        self.clear()?;
        let expected = remote.sha256;
        Ok(Some(match remote.md5 {
            Some(expected_md5) => format!(
                "wrong content: expected SHA-256 {expected} and MD5 {expected_md5}, received SHA-256 {sha256} and MD5 {md5}"
            ),
            None => format!("wrong content: expected SHA-256 {expected}, received {sha256}"),
        }))
    }

    fn checksums(&mut self) -> io::Result<(String, String)> {
        let (mut md5, mut sha256) = (Md5::new(), Sha256::new());
        let mut buffer = vec![0; 64 * 1024];
        self.file.seek(SeekFrom::Start(0))?;
        loop {
            match self.file.read(&mut buffer)? {
                0 => return Ok((hex(&md5.finalize()), hex(&sha256.finalize()))),
                read => {
                    md5.update(&buffer[..read]);
                    sha256.update(&buffer[..read]);
                }
            }
        }
    }

    /// Gives the complete file its name.
    pub fn rename(self, target: &Path) -> Result<(), DownloadError> {
        self.file
            .sync_all()
            .map_err(DownloadError::io("write", &self.path))?;
        fs::rename(&self.path, target).map_err(DownloadError::io("rename", &self.path))
    }

    /// Removes the file if there is nothing to continue.
    pub fn remove_if_empty(self) {
        if self.len().is_ok_and(|length| length == 0)
            && let Err(error) = fs::remove_file(&self.path)
        {
            log::warn!("{} cannot be removed: {error}", self.path.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::download::UNPUBLISHED;

    const ABC: RemoteFile<'static> = RemoteFile {
        name: "abc",
        mirrors: &[],
        md5: Some("900150983cd24fb0d6963f7d28e17f72"),
        sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        bytes: Some(3),
    };

    fn part() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc.part");
        (folder, path)
    }

    #[test]
    fn the_right_bytes_pass_and_stay() {
        let (_folder, path) = part();
        let mut part = PartFile::open(path).unwrap();
        part.append(b"ab").unwrap();
        part.append(b"c").unwrap();
        assert_eq!(part.verify(&ABC).unwrap(), None);
        assert_eq!(part.len().unwrap(), 3);
    }

    #[test]
    fn wrong_bytes_are_discarded_and_all_four_checksums_named() {
        let (_folder, path) = part();
        let mut part = PartFile::open(path).unwrap();
        part.append(b"abd").unwrap();
        let difference = part.verify(&ABC).unwrap().unwrap();
        for sum in [
            ABC.md5.unwrap(),
            ABC.sha256,
            "4911e516e5aa21d327512e0c8b197616",
            "a52d159f",
        ] {
            assert!(difference.contains(sum), "{sum} is not in: {difference}");
        }
        assert_eq!(part.len().unwrap(), 0);
    }

    #[test]
    fn a_file_with_one_right_sum_of_two_does_not_pass() {
        let (_folder, path) = part();
        let mut part = PartFile::open(path).unwrap();
        part.append(b"abc").unwrap();
        let other = RemoteFile {
            sha256: "00",
            ..ABC
        };
        assert!(part.verify(&other).unwrap().is_some());
    }

    #[test]
    fn the_beginning_of_a_sum_is_enough_where_no_more_is_known_but_not_any_beginning() {
        for (sha256, passes) in [
            (&ABC.sha256[..8], true),
            (&ABC.sha256[..7], false),
            ("", false),
            (UNPUBLISHED, true),
        ] {
            let (_folder, path) = part();
            let mut part = PartFile::open(path).unwrap();
            part.append(b"abc").unwrap();
            let known = RemoteFile {
                sha256,
                md5: None,
                bytes: None,
                ..ABC
            };
            assert_eq!(part.verify(&known).unwrap().is_none(), passes, "{sha256:?}");
        }
    }

    #[test]
    fn a_second_download_of_the_same_file_is_refused_while_the_first_runs() {
        let (_folder, path) = part();
        let first = PartFile::open(path.clone()).unwrap();
        let error = PartFile::open(path.clone()).err().unwrap();
        assert!(matches!(error, DownloadError::Busy { .. }), "{error}");
        drop(first);
        PartFile::open(path).unwrap();
    }
}
