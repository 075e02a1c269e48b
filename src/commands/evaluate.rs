//! `convlab evaluate`

use anyhow::Result;

use super::output::print;
use super::{DONE, open_run};
use crate::cli::EvaluateArgs;
use crate::run::SplitName;
use crate::terminal::Bars;

/// Evaluates a run and keeps the figures in its folder.
pub fn run(args: &EvaluateArgs) -> Result<u8> {
    let bars = Bars::default();
    let run = open_run(&args.run, &args.device)?;
    let dataset = run.dataset(args.data.data_dir.as_deref(), &bars)?;
    let split = SplitName::from(args.split);
    let (evaluation, _) = run.evaluate(&dataset, split, args.batch_size, &bars)?;
    match args.json {
        true => print(serde_json::to_string_pretty(&evaluation)?)?,
        false => print(&evaluation)?,
    }
    (run.folder).write_json(&split.evaluation_file(), &evaluation)?;
    Ok(DONE)
}
