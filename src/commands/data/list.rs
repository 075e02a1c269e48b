//! `convlab data` without more.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use crate::commands::DONE;
use crate::commands::output::print;
use crate::data::catalog::{self, CATALOG, DatasetEntry, Source, data_dir};
use crate::text::{grouped, table};

/// A line of the list.
#[derive(Serialize)]
pub struct Listed {
    name: &'static str,
    summary: &'static str,
    /// None for photographs.
    shape: Option<String>,
    classes: &'static [&'static str],
    train_images: usize,
    /// 0 where they are cut from the others.
    test_images: usize,
    present: bool,
    pub place: String,
    pub licence: &'static str,
    pub citation: &'static str,
}

/// Lists the data sets that have names.
pub fn run(explicit_dir: Option<&Path>, json: bool) -> Result<u8> {
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

/// What the list says about a data set, whose files are in `dir` or not.
pub fn describe(entry: &'static DatasetEntry, dir: &Path) -> Listed {
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
