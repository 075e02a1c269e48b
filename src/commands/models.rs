//! `convlab models`

use anyhow::{Result, bail};
use clap::Args;
use serde_json::{Value, json};

use super::DONE;
use super::output::print;
use crate::device::{self, DeviceChoice};
use crate::experiment::{default_size, describe};
use crate::models::{Entry, REGISTRY, Summary};
use crate::pixels::ImageShape;
use crate::text::{did_you_mean, grouped, table};

#[derive(Debug, Args)]
pub struct ModelsArgs {
    /// Network to describe, and model.key=value settings
    #[arg(value_name = "NAME | KEY=VALUE")]
    pub settings: Vec<String>,
    /// Image size as channels x height x width [default: 1x28x28, or that of published weights]
    #[arg(long, value_name = "CxHxW", value_parser = parse_shape)]
    pub input: Option<ImageShape>,
    /// Number of classes [default: 10, or that of published weights]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..))]
    pub classes: Option<u16>,
    /// Print as JSON
    #[arg(long)]
    pub json: bool,
}

fn parse_shape(text: &str) -> Result<ImageShape, String> {
    let sides: Option<Vec<usize>> = (text.split('x'))
        .map(|side| side.parse().ok().filter(|side| (1..=4096).contains(side)))
        .collect();
    match sides.as_deref() {
        Some(&[channels @ 1..=16, height, width]) => Ok(ImageShape::new(channels, height, width)),
        _ => Err("expected channels x height x width, e.g. 3x64x64".into()),
    }
}

/// Lists the networks or describes one.
pub fn run(args: &ModelsArgs) -> Result<u8> {
    match args.settings.split_first() {
        None => list(args),
        Some((name, settings)) => show(find(name)?, settings, args),
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
    let device = device::open(DeviceChoice::cpu(), &())?.device;
    Ok(describe(entry, settings, size(entry, args), &device)?)
}

/// Images and classes that the network is described for.
fn size(entry: &Entry, args: &ModelsArgs) -> (ImageShape, usize) {
    let (input, classes) = default_size(entry);
    let given = args.classes.map(usize::from);
    (args.input.unwrap_or(input), given.unwrap_or(classes))
}

fn list(args: &ModelsArgs) -> Result<u8> {
    let own = REGISTRY.iter().filter(|entry| entry.architecture.is_none());
    let summaries = own.map(|entry| Ok((entry, summary(entry, &[], args)?)));
    let summaries: Vec<(&Entry, Summary)> = summaries.collect::<Result<_>>()?;
    if args.json {
        let own = summaries
            .iter()
            .map(|(_, summary)| serde_json::to_value(summary));
        let mut list: Vec<Value> = own.collect::<Result<_, _>>()?;
        list.extend(REGISTRY.iter().filter_map(|entry| {
            let architecture = entry.architecture?;
            let weights = architecture.weights.iter().map(|known| known.name);
            Some(json!({
                "model": entry.name,
                "input": architecture.input,
                "classes": architecture.classes,
                "features": architecture.width,
                "parameters": architecture.parameters,
                "weights": weights.collect::<Vec<_>>(),
                "licence": architecture.licence,
            }))
        }));
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
    let (input, classes) = size(&REGISTRY[0], args);
    print(format!(
        "\nparameters for images {input} and {classes} classes\n"
    ))?;
    print(published())?;
    print(
        "\nparameters with the published head; `convlab models NAME` describes a network layer by layer",
    )?;
    Ok(DONE)
}

/// The networks that are published with weights.
fn published() -> comfy_table::Table {
    let header = [
        "name",
        "what it is",
        "weights",
        "images",
        "features",
        "parameters",
    ];
    let mut rows = table(header, 3);
    for entry in REGISTRY {
        let Some(architecture) = entry.architecture else {
            continue;
        };
        let names: Vec<&str> = (architecture.weights.iter())
            .map(|known| known.name)
            .collect();
        rows.add_row([
            entry.name.to_string(),
            architecture.summary.to_string(),
            match names.is_empty() {
                true => "a file".into(),
                false => names.join(", "),
            },
            architecture.input.to_string(),
            architecture.width.to_string(),
            grouped(architecture.parameters),
        ]);
    }
    rows
}

fn show(entry: &Entry, settings: &[String], args: &ModelsArgs) -> Result<u8> {
    let summary = summary(entry, settings, args)?;
    if args.json {
        print(serde_json::to_string_pretty(&summary)?)?;
        return Ok(DONE);
    }
    print(format!("{}\nsource: {}", entry.summary, entry.source))?;
    if let Some(architecture) = entry.architecture {
        print(format!("weights: {}", architecture.licence))?;
    }
    print("")?;
    print(&summary)?;
    for (preset, settings) in entry.presets {
        print(format!("preset {preset}: {}", settings.replace('\n', ", ")))?;
    }
    Ok(DONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn image_sizes_are_channels_height_width() {
        assert_eq!(parse_shape("3x64x48"), Ok(ImageShape::new(3, 64, 48)));
        for wrong in ["28x28", "0x28x28", "1x28x28x1", "axbxc"] {
            assert!(parse_shape(wrong).is_err(), "{wrong}");
        }
    }
}
