//! Preparing many pictures into a folder.

use std::io::{BufRead, Cursor};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use image::{DynamicImage, ImageFormat};
use rayon::prelude::*;

use super::error::PrepareError;
use super::manifest::{Manifest, Source, make_folder};
use super::plan::{OutputPlan, PlannedPicture};
use crate::data::decoding::decode_image;
use crate::preparation::{Picture, Pipeline, strip};
use crate::progress::{Progress, Running, Stage};
use crate::storage;
use crate::sync;
use crate::text::catch_panic;

/// Pictures that are to be brought through the steps of a pipeline and written to a folder as PNG.
pub struct FolderPreparation<'a> {
    pipeline: &'a Pipeline,
    /// Whether every stage is written, side by side, in place of the result.
    strip: bool,
    out: &'a Path,
    plan: OutputPlan,
    manifest: Manifest,
}

/// What became of all pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    pub written: usize,
    /// Pictures that an earlier run had written, by the same steps.
    pub there_already: usize,
    /// Why inputs and pictures could not be prepared, a sentence for each.
    pub failures: Vec<String>,
    /// Whether it was cancelled before all pictures were done.
    pub is_interrupted: bool,
}

/// What becomes of pictures while several threads work on them.
#[derive(Default)]
struct Tally {
    written: AtomicUsize,
    there_already: AtomicUsize,
    /// Position of the picture, and what is wrong with it.
    failed: Mutex<Vec<(usize, String)>>,
}

impl<'a> FolderPreparation<'a> {
    /// Plans where the pictures of `inputs` go in the folder `out`, which is made if need be and
    /// locked; for `-`, `stdin` names pictures.
    ///
    /// # Errors
    /// Two pictures would have one name, something would be replaced that was not written by an
    /// earlier preparation, another process works on the folder, or it cannot be read or written.
    pub fn new(
        inputs: &[PathBuf],
        stdin: impl BufRead,
        out: &'a Path,
        pipeline: &'a Pipeline,
        strip: bool,
    ) -> Result<Self, PrepareError> {
        let plan = OutputPlan::new(inputs, out, stdin)?;
        let kind = if strip { "strip" } else { "result" };
        let steps = format!("{kind} {}", pipeline.fingerprint());
        let manifest = Manifest::open(out, &steps, &plan.pictures)?;
        Ok(Self {
            pipeline,
            strip,
            out,
            plan,
            manifest,
        })
    }

    /// Prepares all pictures that are not there already; each thread holds one picture at a time.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn run(self, progress: &dyn Progress) -> Result<Prepared, PrepareError> {
        let pictures = &self.plan.pictures;
        let stage = Running::begin(
            progress,
            Stage::images("preparing"),
            Some(pictures.len() as u64),
        );
        let tally = Tally::default();
        let numbered = pictures.par_iter().enumerate();
        numbered.with_max_len(1).try_for_each(|(number, picture)| {
            if progress.is_cancelled() {
                return Ok(());
            }
            self.prepare(number, picture, &tally)?;
            progress.advance(1);
            Ok::<_, PrepareError>(())
        })?;
        drop(stage);
        let (written, there_already) =
            (tally.written.into_inner(), tally.there_already.into_inner());
        let mut failed = sync::into_inner(tally.failed);
        failed.sort();
        let is_interrupted = written + there_already + failed.len() < pictures.len();
        let mut failures = self.plan.unusable;
        failures.extend(failed.into_iter().map(|(_, reason)| reason));
        Ok(Prepared {
            written,
            there_already,
            failures,
            is_interrupted,
        })
    }

    /// # Errors
    /// The result cannot be written, which the next picture's could not be either.
    fn prepare(
        &self,
        number: usize,
        picture: &PlannedPicture,
        tally: &Tally,
    ) -> Result<(), PrepareError> {
        let source = Source::of(&picture.input);
        let output = self.out.join(&picture.output);
        if self.manifest.is_done(&picture.output, source.as_ref()) && output.is_file() {
            tally.there_already.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        }
        match catch_panic(|| self.encoded(&picture.input)).unwrap_or_else(Err) {
            Ok(png) => {
                if let Some(folder) = output.parent() {
                    make_folder(folder)?;
                }
                storage::write(&output, &png)?;
                self.manifest.add(&picture.output, source)?;
                tally.written.fetch_add(1, Ordering::Relaxed);
            }
            Err(reason) => {
                sync::lock(&tally.failed).push((number, reason));
            }
        }
        Ok(())
    }

    /// The picture after all steps, or all stages, as PNG.
    fn encoded(&self, input: &Path) -> Result<Vec<u8>, String> {
        let image = decode_image(input).map_err(|error| error.full_message())?;
        let picture = Picture::from(image);
        let result: DynamicImage = match self.strip {
            true => strip(self.pipeline, picture).into(),
            false => self.pipeline.run(picture).into(),
        };
        let mut png = Cursor::new(Vec::new());
        (result.write_to(&mut png, ImageFormat::Png))
            .map_err(|error| format!("{}: cannot be written as PNG: {error}", input.display()))?;
        Ok(png.into_inner())
    }
}
