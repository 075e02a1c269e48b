//! `convlab evaluate`

use anyhow::Result;
use indicatif::ProgressBar;

use super::opened::Opened;
use super::{DONE, print};
use crate::artifacts::EVALUATION;
use crate::cli::{EvaluateArgs, SplitChoice};
use crate::device;
use crate::evaluation::batch_size;
use crate::terminal::Bars;

/// Evaluates a run and keeps the figures in its folder.
pub fn run(args: EvaluateArgs) -> Result<u8> {
    let opened = Opened::new(
        &args.run,
        device::open(args.device.device, &Bars::default())?,
    )?;
    let dataset = opened.dataset(args.data.data_dir.as_deref())?;
    let (name, split) = match args.split {
        SplitChoice::Train => ("train", &dataset.train),
        SplitChoice::Valid => ("valid", &dataset.valid),
        SplitChoice::Test => ("test", &dataset.test),
    };
    let bar = ProgressBar::new(split.len() as u64);
    let batch_size = args.batch_size.unwrap_or(batch_size(dataset.shape));
    let (evaluation, _) = opened.evaluate(&dataset, (name, split), batch_size, |done| {
        bar.set_position(done as u64);
        true
    })?;
    bar.finish_and_clear();
    match args.json {
        true => print(serde_json::to_string_pretty(&evaluation)?)?,
        false => print(&evaluation)?,
    }
    let file = match args.split {
        SplitChoice::Test => EVALUATION.to_string(),
        _ => format!("evaluation-{name}.json"),
    };
    opened.run.write_json(&file, &evaluation)?;
    Ok(DONE)
}
