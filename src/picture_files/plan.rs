//! Which picture is written where.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use super::error::PrepareError;
use super::inputs::find_pictures;

/// A picture and where it is written.
#[derive(Debug, PartialEq, Eq)]
pub struct PlannedPicture {
    pub input: PathBuf,
    /// Below the output folder.
    pub output: PathBuf,
}

/// All pictures to prepare.
pub struct OutputPlan {
    pub pictures: Vec<PlannedPicture>,
    /// Inputs that cannot be used, each in a sentence.
    pub unusable: Vec<String>,
}

impl OutputPlan {
    /// The pictures of `inputs` under their names, with the sub-folders of a folder; for `-` those
    /// that `stdin` names.
    ///
    /// # Errors
    /// Two pictures would be written under one name, or `out` lies in a folder that is read.
    pub fn new(
        inputs: &[PathBuf],
        out: &Path,
        mut stdin: impl BufRead,
    ) -> Result<Self, PrepareError> {
        let (mut planned, mut unusable) = (Vec::new(), Vec::new());
        for input in inputs {
            let folder = input.is_dir();
            if folder && is_within(out, input) {
                return Err(PrepareError::Within {
                    out: out.to_path_buf(),
                    input: input.clone(),
                });
            }
            for picture in find_pictures(std::slice::from_ref(input), &mut stdin) {
                match picture {
                    Ok(path) => planned.push(PlannedPicture {
                        output: output_of(&path, folder.then_some(input)),
                        input: path,
                    }),
                    Err(input) => unusable.push(input.reason),
                }
            }
        }
        let mut places = BTreeMap::<&Path, &Path>::new();
        for PlannedPicture { input, output } in &planned {
            match places.insert(output, input) {
                Some(other) if other != input => {
                    return Err(PrepareError::SameName {
                        first: other.to_path_buf(),
                        second: input.clone(),
                        output: out.join(output),
                    });
                }
                _ => {}
            }
        }
        planned.dedup();
        Ok(Self {
            pictures: planned,
            unusable,
        })
    }
}

fn output_of(path: &Path, folder: Option<&PathBuf>) -> PathBuf {
    let below = folder.and_then(|folder| path.strip_prefix(folder).ok());
    let name = below.map(Path::to_path_buf);
    let name = name.or_else(|| path.file_name().map(PathBuf::from));
    name.unwrap_or_else(|| "picture".into())
        .with_extension("png")
}

/// Whether `out`, which may not be there yet, is `folder` or lies below it.
fn is_within(out: &Path, folder: &Path) -> bool {
    let there = std::path::absolute(out).ok().and_then(|out| {
        let mut above = out.ancestors();
        above.find_map(|above| above.canonicalize().ok())
    });
    match (there, folder.canonicalize()) {
        (Some(out), Ok(folder)) => out.starts_with(folder),
        _ => false,
    }
}
