//! `convlab evaluate`

use anyhow::Result;
use indicatif::ProgressBar;

use super::{DONE, check_same_data, print};
use crate::artifacts::{EVALUATION, RunFolder};
use crate::cli::{EvaluateArgs, SplitChoice};
use crate::evaluation::evaluate;
use crate::training::Loss;
use crate::{backend, data};

/// Evaluates a run and keeps the figures in its folder.
pub fn run(args: EvaluateArgs) -> Result<u8> {
    let run = RunFolder::open(&args.run)?;
    let experiment = run.experiment(&[])?;
    let backend = backend::open(args.device.device)?;
    let network = run.network(&backend.device)?;
    let data_dir = args.data.data_dir.as_deref();
    let dataset = data::open(&experiment.data, data_dir, experiment.training.seed)?;
    check_same_data(&run, &dataset)?;
    let (name, split) = match args.split {
        SplitChoice::Train => ("train", &dataset.train),
        SplitChoice::Valid => ("valid", &dataset.valid),
        SplitChoice::Test => ("test", &dataset.test),
    };
    let loss = Loss::new(&experiment.training, &dataset.train, dataset.classes.len());
    let bar = ProgressBar::new(split.len() as u64);
    let evaluation = evaluate(
        &network,
        &loss,
        (name, split),
        &dataset.classes,
        &backend.device,
        args.batch_size,
        |done| {
            bar.set_position(done as u64);
            true
        },
    )?;
    bar.finish_and_clear();
    match args.json {
        true => print(serde_json::to_string_pretty(&evaluation)?)?,
        false => print(&evaluation)?,
    }
    let file = match args.split {
        SplitChoice::Test => EVALUATION.to_string(),
        _ => format!("evaluation-{name}.json"),
    };
    run.write_json(&file, &evaluation)?;
    Ok(DONE)
}
