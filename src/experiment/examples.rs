//! The configurations in `configs/`, which the program carries with it.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use crate::storage::{self, StorageError};
use crate::text::did_you_mean;

/// A configuration to start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// Of its file, without `.toml`.
    pub name: &'static str,
    pub text: &'static str,
}

/// Declares the examples by the names of their files.
macro_rules! examples {
    ($($name:literal)+) => {
        /// Every example, in the order of their names.
        pub const EXAMPLES: &[Example] = &[$(Example {
            name: $name,
            text: include_str!(concat!("../../configs/", $name, ".toml")),
        }),+];
    };
}

examples! {
    "cats-vs-dogs-augmented"
    "cats-vs-dogs-features"
    "cats-vs-dogs-finetune"
    "cats-vs-dogs-scratch"
    "cats-vs-dogs-small"
    "cifar10-resnet20"
    "fashion-dense"
    "fashion-sequential"
    "fashion-two-conv"
    "fashion-two-conv-same"
    "folder"
    "mnist-lenet5"
    "mnist-lenet5-modern"
    "my-photos"
    "oxford-pets"
    "quickstart"
    "segmented-fashion"
    "segmented-mnist"
    "unsegmented-fashion"
    "unsegmented-mnist"
}

/// An example cannot be found, or not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExampleError {
    #[error("there is no example \"{name}\"{hint}; `convlab configs` lists them")]
    Unknown { name: String, hint: String },
    #[error("cannot make the folder {path}; choose another one")]
    Folder { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What became of an example that was to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Written,
    /// The file is there already, with the same text.
    ThereAlready,
    /// There is something else, which was left as it is.
    Different,
}

impl Example {
    /// The example called `name`, with or without `.toml`.
    ///
    /// # Errors
    /// There is none; the error suggests the most similar one.
    pub fn find(name: &str) -> Result<&'static Self, ExampleError> {
        let name = name.strip_suffix(".toml").unwrap_or(name);
        let example = EXAMPLES.iter().find(|example| example.name == name);
        example.ok_or_else(|| ExampleError::Unknown {
            name: name.to_string(),
            hint: did_you_mean(name, EXAMPLES.iter().map(|example| example.name)),
        })
    }

    /// The example whose file is called as that of `path`, wherever that is.
    pub(super) fn of_path(path: &Path) -> Option<&'static Self> {
        path.file_name()
            .and_then(OsStr::to_str)
            .and_then(|name| Self::find(name).ok())
    }

    /// The name of its file.
    pub fn file_name(&self) -> String {
        format!("{}.toml", self.name)
    }

    /// The first sentence of the comment at the top.
    pub fn summary(&self) -> String {
        let lines = self.text.lines().map_while(|line| line.strip_prefix('#'));
        let comment = lines.flat_map(str::split_whitespace).collect::<Vec<_>>();
        let ends = (comment.iter())
            .position(|word| word.ends_with('.') && !matches!(*word, "e.g." | "i.e."));
        let last = ends.map_or(comment.len(), |index| index + 1);
        comment[..last].join(" ")
    }

    /// Writes the example to `folder`, which is made if it is not there, unless there is another file
    /// of its name.
    ///
    /// # Errors
    /// The folder or the file cannot be made.
    pub fn write_to(&self, folder: &Path) -> Result<(PathBuf, Outcome), ExampleError> {
        std::fs::create_dir_all(folder).map_err(|source| {
            let path = folder.to_path_buf();
            ExampleError::Folder { path, source }
        })?;
        let path = folder.join(self.file_name());
        // Not followed: a link that leads nowhere is something else, too.
        if path.symlink_metadata().is_ok() {
            let same = std::fs::read(&path).is_ok_and(|there| there == self.text.as_bytes());
            return Ok(match same {
                true => (path, Outcome::ThereAlready),
                false => (path, Outcome::Different),
            });
        }
        storage::write(&path, self.text.as_bytes())?;
        Ok((path, Outcome::Written))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_examples_are_the_files_in_the_repository() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs");
        let mut files: Vec<String> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let mut known: Vec<String> = EXAMPLES.iter().map(Example::file_name).collect();
        assert!(EXAMPLES.is_sorted_by_key(|example| example.name));
        known.sort();
        assert_eq!(known, files);
    }

    #[test]
    fn every_example_says_in_a_sentence_what_it_is() {
        for example in EXAMPLES {
            let summary = example.summary();
            let words = summary.split_whitespace().count();
            assert!(summary.ends_with('.'), "{}: {summary:?}", example.name);
            assert!((4..=45).contains(&words), "{}: {summary:?}", example.name);
        }
        let photos = Example::find("my-photos.toml").unwrap();
        assert_eq!(
            photos.summary(),
            "A template for your own photographs: one folder for each class in `path`."
        );
        assert!(
            Example::find("folder")
                .unwrap()
                .summary()
                .ends_with("*.jpg.")
        );
    }
}
