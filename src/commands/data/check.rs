//! `convlab data check`

use std::path::Path;

use anyhow::Result;
use clap::Args;

use crate::commands::arguments::ExperimentArgs;
use crate::commands::output::print;
use crate::commands::{DONE, MISSED};
use crate::data::check::{About, DataCheck, Files, Finding, Level};
use crate::experiment;
use crate::run::{check_data, open_dataset};
use crate::terminal::Bars;
use crate::text::{grouped, table};

#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub experiment: ExperimentArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Examples of a finding.
const EXAMPLES: usize = 5;

/// Prints what is found; `data_dir` and `json` are those given before the name of the command.
pub fn run(args: &CheckArgs, data_dir: Option<&Path>, json: bool) -> Result<u8> {
    let asked = &args.experiment;
    let experiment = experiment::load(asked.config.as_deref(), &asked.overrides)?;
    let data_dir = asked.data.data_dir.as_deref().or(data_dir);
    let bars = Bars::default();
    let dataset = open_dataset(&experiment, data_dir, &bars)?;
    let check = check_data(&experiment, &dataset, &bars)?;
    match json || args.json {
        true => print(serde_json::to_string_pretty(&check)?)?,
        false => show(&check)?,
    }
    let failed = check
        .findings
        .iter()
        .any(|finding| finding.level == Level::Error);
    Ok(if failed { MISSED } else { DONE })
}

fn show(check: &DataCheck) -> Result<()> {
    let [train, valid, test] = check.images.map(grouped);
    print(format!(
        "{}: {train} training, {valid} validation, {test} test images; the network gets {}\n",
        check.dataset, check.input
    ))?;
    let header = ["class", "training", "validation", "test", "background"];
    let mut rows = table(header, 1);
    for (number, class) in check.classes.iter().enumerate() {
        let [train, valid, test] = class.images.map(grouped);
        let background = (check.background.as_ref()).map(|background| background.classes[number]);
        let background = background.map(|[mean, deviation]| format!("{mean:.0} ± {deviation:.0}"));
        rows.add_row([
            class.name.clone(),
            train,
            valid,
            test,
            background.unwrap_or_default(),
        ]);
    }
    print(rows)?;
    print(
        "\nbackground: mean and deviation of the grey levels in the corners of the training images",
    )?;
    if let Some(files) = &check.files {
        print(in_words(files))?;
    }
    if check.findings.is_empty() {
        print("\nnothing unusual was found")?;
    }
    for finding in &check.findings {
        let level = match finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        };
        print(format!("\n{level}: {finding}"))?;
        let examples = examples(check, finding);
        for example in examples.iter().take(EXAMPLES) {
            print(format!("  {example}"))?;
        }
        if examples.len() > EXAMPLES {
            print("  ... and more; --json has up to 1,000")?;
        }
    }
    Ok(())
}

fn in_words(files: &Files) -> String {
    let size = |[height, width]: [u32; 2]| format!("{width}x{height}");
    let colors = files.colors.iter();
    let colors: Vec<String> = colors
        .map(|(color, count)| format!("{} {color}", grouped(*count)))
        .collect();
    format!(
        "files: from {} to {} pixels, the median is {}; enlarged: {}; {}",
        size(files.smallest),
        size(files.largest),
        size(files.median),
        grouped(files.enlarged),
        colors.join(", ")
    )
}

fn examples(check: &DataCheck, finding: &Finding) -> Vec<String> {
    match finding.about {
        About::Unreadable { .. } => (check.unreadable.iter())
            .map(|file| file.reason.clone())
            .collect(),
        About::Constant { .. } => check.constant.iter().map(ToString::to_string).collect(),
        _ => check.pairs_of(finding).map(ToString::to_string).collect(),
    }
}
