//! `convlab data show`

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;

use crate::commands::DONE;
use crate::commands::arguments::DataDirArgs;
use crate::commands::output::{picture_format, print, write_picture};
use crate::data::{catalog, contact_sheet};
use crate::experiment::{DataConfig, Experiment};
use crate::run::open_dataset;
use crate::terminal::Bars;
use crate::text::grouped;

#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Data set, or a folder of class folders
    pub name: String,
    /// Picture to write
    #[arg(long, default_value = "sheet.png")]
    pub out: PathBuf,
    /// Images per class
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub per_class: u16,
    #[command(flatten)]
    pub data: DataDirArgs,
}

/// Writes the sheet; `data_dir` is the folder given before the name of the command.
pub fn run(args: &ShowArgs, data_dir: Option<&Path>) -> Result<u8> {
    let out = &args.out;
    let format = picture_format(out)?;
    let experiment = Experiment {
        data: data_config(&args.name)?,
        ..Experiment::default()
    };
    let data_dir = args.data.data_dir.as_deref().or(data_dir);
    let dataset = open_dataset(&experiment, data_dir, &Bars::default())?;
    let sheet = contact_sheet(&dataset.train, &dataset.classes, args.per_class.into())?;
    write_picture(&sheet, out, format, "fewer images with --per-class")?;
    print(format!(
        "{}: {} classes, {} training images {}, written to {}",
        dataset.name,
        dataset.classes.len(),
        grouped(dataset.train.len()),
        dataset.shape,
        out.display()
    ))?;
    Ok(DONE)
}

/// A data set of the catalogue, or a folder of class folders.
fn data_config(name: &str) -> Result<DataConfig> {
    let folder = Path::new(name);
    match catalog::find(name) {
        Err(_) if folder.is_dir() => Ok(DataConfig {
            dataset: "folder".into(),
            path: Some(folder.to_path_buf()),
            ..DataConfig::default()
        }),
        Err(error) => Err(error.into()),
        Ok(entry) => Ok(DataConfig {
            dataset: entry.name.into(),
            ..DataConfig::default()
        }),
    }
}
