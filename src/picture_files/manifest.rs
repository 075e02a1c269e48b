//! What an output folder holds already: a line of JSON for every picture, added when it is whole.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::error::PrepareError;
use super::plan::PlannedPicture;
use crate::storage::{self, Lock};
use crate::sync;

const NAME: &str = ".convlab-prepare.jsonl";
const LOCK: &str = ".convlab-prepare.lock";

/// The file a picture was made from, as it was then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    input: PathBuf,
    bytes: u64,
    /// Nanoseconds since 1970.
    modified: u64,
}

impl Source {
    /// `None` where the file cannot be looked at, or its path is not UTF-8.
    pub fn of(input: &Path) -> Option<Self> {
        let metadata = input.metadata().ok()?;
        let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        let input = std::path::absolute(input).ok()?;
        input.to_str()?;
        Some(Self {
            input,
            bytes: metadata.len(),
            modified: modified.as_nanos() as u64,
        })
    }
}

/// The first line.
#[derive(Serialize, Deserialize)]
struct Header {
    /// What the pictures are made by.
    steps: String,
}

/// A picture that this program has written, or is about to.
#[derive(Serialize, Deserialize)]
struct Entry {
    output: String,
    /// None where it is not written yet, or by other steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Source>,
}

pub struct Manifest {
    folder: PathBuf,
    before: BTreeMap<String, Option<Source>>,
    file: Mutex<File>,
    /// Held until the end.
    _lock: File,
}

impl Manifest {
    /// That of `folder`, which is made if need be, for the pictures of `pictures` made by `steps`; those
    /// made by others are to be made again.
    ///
    /// # Errors
    /// A picture would replace what this program has not written, another process is writing to the
    /// folder, or the manifest cannot be read or written.
    pub fn open(
        folder: &Path,
        steps: &str,
        pictures: &[PlannedPicture],
    ) -> Result<Self, PrepareError> {
        make_folder(folder)?;
        let lock = lock(folder)?;
        let path = folder.join(NAME);
        let text = match path.exists() {
            true => fs::read_to_string(&path).map_err(|source| PrepareError::Read {
                path: path.clone(),
                source,
            })?,
            false => String::new(),
        };
        let mut lines = text.lines();
        let header = lines.next().map(serde_json::from_str::<Header>);
        let same = matches!(header, Some(Ok(header)) if header.steps == steps);
        // The last line is not whole where the program was killed.
        let entries = lines.filter_map(|line| serde_json::from_str::<Entry>(line).ok());
        let mut before: BTreeMap<_, _> = entries
            .map(|entry| (entry.output, entry.source.filter(|_| same)))
            .collect();
        check_ownership(folder, pictures, &before)?;
        // Noted before they are written: after a kill in between they are still known as own.
        for picture in pictures {
            let output = picture.output.to_string_lossy().into_owned();
            before.entry(output).or_default();
        }
        let mut whole = line(&Header {
            steps: steps.into(),
        })?;
        for (output, source) in &before {
            whole += &line(&Entry {
                output: output.clone(),
                source: source.clone(),
            })?;
        }
        storage::write(&path, whole.as_bytes())?;
        let file = OpenOptions::new().append(true).open(&path);
        let file = file.map_err(|source| PrepareError::Write { path, source })?;
        Ok(Self {
            folder: folder.to_path_buf(),
            before,
            file: Mutex::new(file),
            _lock: lock,
        })
    }

    /// Whether `output` was made from `source` as it is now, by the same steps.
    pub fn is_done(&self, output: &Path, source: Option<&Source>) -> bool {
        let before = self.before.get(&*output.to_string_lossy());
        source.is_some() && before.is_some_and(|before| before.as_ref() == source)
    }

    /// Notes that `output` is whole.
    ///
    /// # Errors
    /// The note cannot be written.
    pub fn add(&self, output: &Path, source: Option<Source>) -> Result<(), PrepareError> {
        let line = line(&Entry {
            output: output.to_string_lossy().into_owned(),
            source,
        })?;
        let mut file = sync::lock(&self.file);
        (file.write_all(line.as_bytes())).map_err(|source| PrepareError::Write {
            path: self.folder.join(NAME),
            source,
        })
    }
}

/// Makes a folder, and those above it.
///
/// # Errors
/// [`PrepareError::Folder`]
pub fn make_folder(folder: &Path) -> Result<(), PrepareError> {
    fs::create_dir_all(folder).map_err(|source| PrepareError::Folder {
        path: folder.to_path_buf(),
        source,
    })
}

fn lock(folder: &Path) -> Result<File, PrepareError> {
    let path = folder.join(LOCK);
    let file = File::create(&path).map_err(|source| PrepareError::Write { path, source })?;
    match storage::lock(&file) {
        Lock::Busy => Err(PrepareError::Busy {
            out: folder.to_path_buf(),
        }),
        // File systems without locks exist; there, two at once are not noticed.
        Lock::Held | Lock::Unavailable(_) => Ok(file),
    }
}

fn check_ownership(
    folder: &Path,
    pictures: &[PlannedPicture],
    own: &BTreeMap<String, Option<Source>>,
) -> Result<(), PrepareError> {
    for picture in pictures {
        let output = folder.join(&picture.output);
        let own = own.contains_key(&*picture.output.to_string_lossy());
        if !own && output.symlink_metadata().is_ok() {
            return Err(PrepareError::NotOwn { output });
        }
    }
    Ok(())
}

fn line(value: &impl Serialize) -> Result<String, PrepareError> {
    Ok(serde_json::to_string(value)? + "\n")
}
