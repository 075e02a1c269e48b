//! `convlab data preview`

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;

use crate::commands::DONE;
use crate::commands::arguments::ExperimentArgs;
use crate::commands::output::{picture_format, print, write_picture};
use crate::experiment;
use crate::inspection::augmentation_sheet;
use crate::run::{open_dataset, training_images_in_turn};
use crate::terminal::Bars;

#[derive(Debug, Args)]
pub struct PreviewArgs {
    #[command(flatten)]
    pub experiment: ExperimentArgs,
    /// Picture to write
    #[arg(long, default_value = "preview.png")]
    pub out: PathBuf,
    /// Number of images to show, taken from the classes in turn
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub images: u16,
    /// Number of epochs to show, one column of augmented images each
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u16).range(1..=20))]
    pub epochs: u16,
}

/// Writes the sheet; `data_dir` is the folder given before the name of the command.
pub fn run(args: &PreviewArgs, data_dir: Option<&Path>) -> Result<u8> {
    let format = picture_format(&args.out)?;
    let asked = &args.experiment;
    let experiment = experiment::load(asked.config.as_deref(), &asked.overrides)?;
    let Some(augmentation) = experiment.augmentation() else {
        bail!(
            "nothing is done to the images: the configuration has no section [augment]; add one, or set e.g. augment.rotation=15"
        );
    };
    let data_dir = asked.data.data_dir.as_deref().or(data_dir);
    let dataset = open_dataset(&experiment, data_dir, &Bars::default())?;
    let indices = training_images_in_turn(&dataset, args.images.into());
    let (train, classes) = (&dataset.train, &dataset.classes);
    let sheet = augmentation_sheet(&augmentation, train, classes, &indices, args.epochs.into())?;
    write_picture(
        &sheet,
        &args.out,
        format,
        "fewer images with --images or --epochs",
    )?;
    print(format!(
        "{}: {} training images {} as the first {} epochs see them, written to {}",
        dataset.name,
        indices.len(),
        dataset.shape,
        args.epochs,
        args.out.display()
    ))?;
    Ok(DONE)
}
