//! `convlab data`

mod check;
mod preview;

use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::{DONE, picture_format, print, write_picture};
use crate::cli::{DataArgs, DataCommand};
use crate::data::catalog::{self, CATALOG, DatasetEntry, Source};
use crate::data::catalog::{data_dir, download};
use crate::data::contact_sheet;
use crate::experiment::{DataConfig, Experiment};
use crate::run::open_dataset;
use crate::terminal::Bars;
use crate::text::{grouped, table};

/// A line of the list.
#[derive(Serialize)]
struct Listed {
    name: &'static str,
    summary: &'static str,
    /// None for photographs.
    shape: Option<String>,
    classes: &'static [&'static str],
    train_images: usize,
    /// 0 where they are cut from the others.
    test_images: usize,
    present: bool,
    place: String,
    licence: &'static str,
    citation: &'static str,
}

/// Lists, shows or downloads.
pub fn run(args: DataArgs) -> Result<u8> {
    match args.command {
        None => list(args.data.data_dir.as_deref(), args.json),
        Some(DataCommand::Show {
            name,
            out,
            per_class,
            data,
        }) => {
            let dir = data.data_dir.or(args.data.data_dir);
            show(&name, &out, per_class.into(), dir.as_deref())
        }
        Some(DataCommand::Check(check)) => check::run(&check, args.data.data_dir, args.json),
        Some(DataCommand::Preview(preview)) => preview::run(&preview, args.data.data_dir),
        Some(DataCommand::Fetch { name, data }) => {
            let dir = data.data_dir.or(args.data.data_dir);
            fetch(&name, dir.as_deref())
        }
    }
}

fn list(explicit_dir: Option<&Path>, json: bool) -> Result<u8> {
    let dir = data_dir(explicit_dir)?;
    let listed: Vec<Listed> = CATALOG.iter().map(|entry| describe(entry, &dir)).collect();
    if json {
        print(serde_json::to_string_pretty(&listed)?)?;
        return Ok(DONE);
    }
    let header = [
        "name",
        "what it is",
        "where",
        "images",
        "classes",
        "train",
        "test",
    ];
    let mut rows = table(header, 3);
    for entry in &listed {
        rows.add_row([
            entry.name.to_string(),
            entry.summary.to_string(),
            entry.place.clone(),
            entry.shape.clone().unwrap_or_else(|| "photographs".into()),
            entry.classes.len().to_string(),
            grouped(entry.train_images),
            match entry.test_images {
                0 => "by seed".into(),
                images => grouped(images),
            },
        ]);
    }
    print(rows)?;
    print(
        "\nyour own: data.dataset=folder data.path=PHOTOS (a folder per class), or data.dataset=idx data.path=DIR",
    )?;
    Ok(DONE)
}

fn describe(entry: &'static DatasetEntry, dir: &Path) -> Listed {
    let present = catalog::is_present(entry, dir);
    let folder = dir.join(entry.name);
    Listed {
        name: entry.name,
        summary: entry.summary,
        shape: entry.shape.map(|shape| shape.to_string()),
        classes: entry.classes,
        train_images: entry.train_images,
        test_images: entry.test_images,
        present,
        place: match (entry.source, present) {
            (Source::Drawn(_), _) => "drawn by the program".into(),
            (_, true) => folder.display().to_string(),
            (_, false) => format!("missing; convlab data fetch {}", entry.name),
        },
        licence: entry.licence,
        citation: entry.citation,
    }
}

fn fetch(name: &str, explicit_dir: Option<&Path>) -> Result<u8> {
    let entry = catalog::find(name)?;
    let dir = data_dir(explicit_dir)?;
    download(entry, &dir, &Bars::default())?;
    let Listed {
        place,
        licence,
        citation,
        ..
    } = describe(entry, &dir);
    print(format!(
        "{name}: {place}\nlicence: {licence}\nplease cite: {citation}"
    ))?;
    Ok(DONE)
}

fn show(name: &str, out: &Path, per_class: usize, explicit_dir: Option<&Path>) -> Result<u8> {
    let format = picture_format(out)?;
    let folder = Path::new(name);
    let config = match catalog::find(name) {
        Err(_) if folder.is_dir() => DataConfig {
            dataset: "folder".into(),
            path: Some(folder.to_path_buf()),
            ..DataConfig::default()
        },
        Err(error) => return Err(error.into()),
        Ok(entry) => DataConfig {
            dataset: entry.name.into(),
            ..DataConfig::default()
        },
    };
    let experiment = Experiment {
        data: config,
        ..Experiment::default()
    };
    let dataset = open_dataset(&experiment, explicit_dir, &Bars::default())?;
    let sheet = contact_sheet(&dataset.train, &dataset.classes, per_class)?;
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
