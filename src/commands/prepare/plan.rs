//! Which picture is written where.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::commands::inputs::pictures;

/// A picture and its place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Job {
    pub input: PathBuf,
    /// Below the output folder.
    pub output: PathBuf,
}

/// All that is asked for.
pub(super) struct Plan {
    pub jobs: Vec<Job>,
    /// What cannot be used, each in a sentence.
    pub bad: Vec<String>,
}

impl Plan {
    /// The pictures of `inputs` under their names, with the sub-folders of a folder.
    ///
    /// # Errors
    /// Two pictures would be written under one name, or `out` lies in a folder that is read.
    pub fn new(inputs: &[PathBuf], out: &Path) -> Result<Self> {
        let (mut jobs, mut bad) = (Vec::new(), Vec::new());
        let mut stdin = io::stdin().lock();
        for input in inputs {
            let folder = input.is_dir();
            if folder && is_within(out, input) {
                bail!(
                    "--out {} lies in {}, whose pictures are prepared; choose a folder outside",
                    out.display(),
                    input.display()
                );
            }
            for picture in pictures(std::slice::from_ref(input), &mut stdin) {
                match picture {
                    Ok(path) => jobs.push(Job {
                        output: output_of(&path, folder.then_some(input)),
                        input: path,
                    }),
                    Err(problem) => bad.push(problem.reason),
                }
            }
        }
        let mut places = BTreeMap::<&Path, &Path>::new();
        for Job { input, output } in &jobs {
            match places.insert(output, input) {
                Some(other) if other != input => bail!(
                    "{} and {} would both be written as {}; rename one, or write them to different folders",
                    other.display(),
                    input.display(),
                    out.join(output).display()
                ),
                _ => {}
            }
        }
        jobs.dedup();
        Ok(Self { jobs, bad })
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
