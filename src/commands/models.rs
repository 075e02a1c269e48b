//! `convlab models`

use anyhow::{Result, bail};

use super::{DONE, print};
use crate::backend::{self, DeviceChoice};
use crate::cli::ModelsArgs;
use crate::experiment;
use crate::models::{Entry, Initialization, REGISTRY, Summary};
use crate::text::{did_you_mean, grouped, table};

/// Lists the networks or describes one.
pub fn run(args: ModelsArgs) -> Result<u8> {
    match args.settings.split_first() {
        None => list(&args),
        Some((name, settings)) => describe(find(name)?, settings, &args),
    }
}

fn find(name: &str) -> Result<&'static Entry> {
    match REGISTRY.iter().find(|entry| entry.name == name) {
        Some(entry) => Ok(entry),
        None => {
            let names: Vec<&str> = REGISTRY.iter().map(|entry| entry.name).collect();
            let hint = did_you_mean(name, names.iter().copied());
            bail!(
                "there is no network \"{name}\"{hint}; networks are {}",
                names.join(", ")
            )
        }
    }
}

fn summary(entry: &Entry, settings: &[String], args: &ModelsArgs) -> Result<Summary> {
    let mut overrides = vec![format!("model.name={}", entry.name)];
    if entry.name == "sequential" && !settings.iter().any(|s| s.starts_with("model.layers")) {
        overrides.push(format!("model.layers={}", crate::models::EXAMPLE_LAYERS));
    }
    if let Some(name) = settings.iter().find(|text| text.starts_with("model.name")) {
        bail!(
            "{} is described, received \"{name}\"; write `convlab models NAME`",
            entry.name
        );
    }
    overrides.extend_from_slice(settings);
    let experiment = experiment::load(None, &overrides)?;
    let device = backend::open(DeviceChoice::cpu())?.device;
    let (input, classes) = (args.input, args.classes.into());
    let network = experiment
        .model
        .build(input, classes, Initialization::default(), 0, &device)?;
    Ok(Summary::new(entry.name, &network, input))
}

fn list(args: &ModelsArgs) -> Result<u8> {
    let summaries = REGISTRY
        .iter()
        .map(|entry| Ok((entry, summary(entry, &[], args)?)));
    let summaries: Vec<(&Entry, Summary)> = summaries.collect::<Result<_>>()?;
    if args.json {
        let list: Vec<&Summary> = summaries.iter().map(|(_, summary)| summary).collect();
        print(serde_json::to_string_pretty(&list)?)?;
        return Ok(DONE);
    }
    let mut rows = table(["name", "what it is", "presets", "parameters"], 3);
    for (entry, summary) in &summaries {
        let presets: Vec<&str> = entry.presets.iter().map(|(name, _)| *name).collect();
        let own = entry.name == "sequential";
        rows.add_row([
            entry.name.to_string(),
            entry.summary.to_string(),
            presets.join(", "),
            if own {
                "-".into()
            } else {
                grouped(summary.parameters)
            },
        ]);
    }
    print(rows)?;
    print(format!(
        "\nparameters for images {} and {} classes; `convlab models NAME` describes a network layer by layer",
        args.input, args.classes
    ))?;
    Ok(DONE)
}

fn describe(entry: &Entry, settings: &[String], args: &ModelsArgs) -> Result<u8> {
    let summary = summary(entry, settings, args)?;
    if args.json {
        print(serde_json::to_string_pretty(&summary)?)?;
        return Ok(DONE);
    }
    print(format!("{}\nsource: {}\n", entry.summary, entry.source))?;
    print(&summary)?;
    for (preset, settings) in entry.presets {
        print(format!("preset {preset}: {}", settings.replace('\n', ", ")))?;
    }
    Ok(DONE)
}
