//! Loading: defaults < file < overrides.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use toml::Table;

use super::document::Document;
use super::error::ConfigError;
use super::examples::Example;
use super::locate::locate;
use super::problem::Problem;
use super::sections::Experiment;
use super::{deserialize, model, overrides};

/// The configuration of `convlab train` without a file.
pub const QUICKSTART: &str = include_str!("../../configs/quickstart.toml");

/// The experiment of `path` (the embedded quickstart without one), changed by `overrides`.
///
/// A relative `data.path` becomes absolute, so that the run can be used from any folder.
///
/// # Errors
/// [`ConfigError`] with file, line and key, or the override at fault.
pub fn load(path: Option<&Path>, overrides: &[String]) -> Result<Experiment, ConfigError> {
    let text = match path {
        Some(path) => read(path)?,
        None => QUICKSTART.to_string(),
    };
    let name = path.map_or("the built-in configuration".into(), |p| {
        p.display().to_string()
    });
    let mut experiment = merge(&Document { name, text: &text }, overrides)?;
    if let Some(path) = &mut experiment.data.path {
        // Kept as typed if the absolute path is unknown or cannot be written as TOML.
        let absolute = std::path::absolute(&path).ok();
        if let Some(absolute) = absolute.filter(|path| path.to_str().is_some()) {
            *path = absolute;
        }
    }
    Ok(experiment)
}

/// The experiment of a file without overrides.
///
/// # Errors
/// See [`load`].
pub fn from_file(path: &Path) -> Result<Experiment, ConfigError> {
    load(Some(path), &[])
}

/// Reads an experiment from TOML text that this program wrote.
impl std::str::FromStr for Experiment {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let name = "the text".to_string();
        merge(&Document { name, text }, &[])
    }
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|source| {
        let example = match source.kind() {
            ErrorKind::NotFound => Example::of_path(path),
            _ => None,
        };
        let path = path.to_path_buf();
        match example {
            Some(example) => ConfigError::ExampleNotWritten {
                folder: folder_for_example(&path),
                name: example.file_name(),
                path,
            },
            None => ConfigError::Read { path, source },
        }
    })
}

/// The folder of `path`; `configs` if it has none, rather than one more file where the user is.
fn folder_for_example(path: &Path) -> PathBuf {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("configs")).to_path_buf()
}

/// Defaults < preset in the file < keys in the file < preset override < other overrides.
fn merge(document: &Document, texts: &[String]) -> Result<Experiment, ConfigError> {
    let mut table = document.parse()?;
    let in_file = |problem: Problem| document.at(problem);
    check_sections(&table).map_err(in_file)?;
    let overrides = overrides::parse(texts)?;
    let located = |problem: Problem| locate(problem, document, &overrides);

    let renamed = model::rename(&mut table, &overrides);
    // The file's [model] is not used after another network was chosen, so that it cannot be wrong.
    let in_model = |problem: Problem| match renamed {
        true => located(problem.or_at("model.name")),
        false => located(problem),
    };
    model::lay_preset_beneath(&mut table).map_err(in_file)?;
    model::lay_preset_above(&mut table, &overrides).map_err(in_model)?;
    overrides::apply(&mut table, &overrides);

    let model = table.remove("model");
    let mut experiment: Experiment = deserialize::sections(&table).map_err(located)?;
    move_normalize(&mut experiment, &table).map_err(located)?;
    if let Some(model) = model {
        experiment.model = model::read(&model).map_err(in_model)?;
    }
    experiment.check().map_err(located)?;
    (experiment.model.check())
        .map_err(|(key, message)| in_model(Problem::new(format!("model.{key}"), message)))?;
    Ok(experiment)
}

/// Refuses sections that are written as a value: an override of one of their keys would replace
/// the value without a word.
fn check_sections(table: &Table) -> Result<(), Problem> {
    let values = table.iter().filter(|(_, value)| !value.is_table());
    let values: Table = (values.map(|(key, value)| (key.clone(), value.clone()))).collect();
    deserialize::sections::<Experiment>(&values).map(drop)
}

/// Makes a last preprocessing step `normalize` the value of `data.normalize`.
///
/// # Errors
/// A step is wrong, or `given`, the configuration as it was written, has both.
fn move_normalize(experiment: &mut Experiment, given: &Table) -> Result<(), Problem> {
    let preprocess = &mut experiment.preprocess;
    preprocess.check()?;
    let Some(normalize) = preprocess.take_normalize() else {
        return Ok(());
    };
    let data = given.get("data");
    if let Some(other) = data.and_then(|data| data.get("normalize")) {
        let key = format!("preprocess.steps[{}].normalize", preprocess.steps.len());
        let message = format!(
            "data.normalize = {other} says how to normalise as well; remove one of the two"
        );
        return Err(Problem::new(key, message).or_at("data.normalize"));
    }
    experiment.data.normalize = normalize;
    Ok(())
}
