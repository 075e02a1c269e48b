//! `convlab predict`

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use super::arguments::{DeviceArgs, WeightsDirArgs};
use super::output::print;
use super::{DONE, FAILED, open_run};
use crate::device;
use crate::picture_files::find_pictures;
use crate::run::{PredictOptions, Prediction, Predictor};
use crate::terminal::{Bars, tell};
use crate::text::table;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    #[default]
    Table,
    Csv,
    Json,
}

#[derive(Debug, Args)]
pub struct PredictArgs {
    /// Folder of the run; left out with --imagenet
    #[arg(required_unless_present = "imagenet")]
    pub run: Option<PathBuf>,
    /// Pictures, folders of pictures, or - to read paths from standard input
    #[arg(required_unless_present = "imagenet")]
    pub inputs: Vec<PathBuf>,
    /// Classify into ImageNet's classes with this published network, e.g. resnet18, instead of a run's
    #[arg(long, value_name = "NETWORK")]
    pub imagenet: Option<String>,
    /// Weights of that network: a published name, a file, or a run
    #[arg(
        long,
        value_name = "NAME | FILE",
        default_value = "imagenet",
        requires = "imagenet"
    )]
    pub weights: String,
    #[command(flatten)]
    pub weights_dir: WeightsDirArgs,
    /// Number of most likely classes to print
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub top: u16,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Invert brightness first, for dark drawings on light paper
    #[arg(long)]
    pub invert: bool,
    #[command(flatten)]
    pub device: DeviceArgs,
}

/// Classifies pictures; bad ones are reported and the rest is still done.
pub fn run(args: &PredictArgs) -> Result<u8> {
    let (predictor, pictures) = open(args)?;
    let inputs = find_pictures(&pictures, io::stdin().lock());
    let options = PredictOptions {
        top: args.top.into(),
        invert: args.invert,
    };
    let predictions = predictor.predict(&inputs, options)?;
    for prediction in &predictions {
        if let Some(error) = &prediction.error {
            tell(format!("error: {error}"));
        }
    }
    match args.format {
        Format::Json => print(serde_json::to_string_pretty(&predictions)?)?,
        Format::Csv => print_csv(&predictions)?,
        Format::Table => print_table(&predictions)?,
    }
    let mut failed = predictions.iter().filter_map(|one| one.error.as_ref());
    Ok(if failed.next().is_some() {
        FAILED
    } else {
        DONE
    })
}

/// What classifies, and the pictures that are classified.
fn open(args: &PredictArgs) -> Result<(Predictor, Vec<PathBuf>)> {
    match &args.imagenet {
        Some(_) if args.run.is_none() => bail!("expected pictures after --imagenet NETWORK"),
        Some(name) => {
            let (weights, dir) = (&args.weights, args.weights_dir.weights_dir.as_deref());
            let bars = Bars::default();
            let backend = device::open(args.device.device, &bars)?;
            let predictor = Predictor::published(name, weights, dir, &backend.device, &bars)?;
            // The first of them stands where a run's folder would.
            let pictures = args.run.iter().chain(&args.inputs);
            Ok((predictor, pictures.cloned().collect()))
        }
        None => {
            let run = args.run.as_deref().unwrap_or(Path::new(""));
            let predictor = open_run(run, &args.device)?.into_predictor();
            Ok((predictor, args.inputs.clone()))
        }
    }
}

fn print_csv(predictions: &[Prediction]) -> Result<()> {
    let mut writer = csv::Writer::from_writer(io::stdout());
    writer.write_record(["path", "rank", "class", "probability", "error"])?;
    for prediction in predictions {
        let path = &prediction.path;
        for (rank, class) in prediction.top.iter().enumerate() {
            writer.serialize((path, rank + 1, &class.class, class.probability, ""))?;
        }
        if let Some(error) = &prediction.error {
            writer.serialize((path, "", "", "", error))?;
        }
    }
    Ok(writer.flush()?)
}

fn print_table(predictions: &[Prediction]) -> Result<()> {
    let mut rows = table(["picture", "class", "probability"], 2);
    for prediction in predictions {
        for (rank, class) in prediction.top.iter().enumerate() {
            let path = if rank == 0 { &*prediction.path } else { "" };
            let probability = format!("{:.1}%", 100.0 * class.probability);
            rows.add_row([path, &class.class, &probability]);
        }
    }
    match rows.is_empty() {
        true => Ok(()),
        false => print(rows),
    }
}
