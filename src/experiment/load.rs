//! From text to [`Experiment`]: file and overrides merged, then read once and checked.

use std::path::{Path, PathBuf};

use serde_path_to_error::Segment;
use toml::{Table, Value};

use super::place::{self, Origin, Problem};
use super::wording::reword;
use super::{Experiment, model, overrides, preprocess, transfer, validate};

/// The configuration of a bare `train`.
pub const QUICKSTART: &str = include_str!("../../configs/quickstart.toml");

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration {path}")]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{place}: {message}")]
    Syntax { place: String, message: String },
    #[error("{place}: {key}: {message}")]
    Value {
        place: String,
        key: String,
        message: String,
    },
    #[error("\"{0}\" is not an override; expected section.key=value, e.g. training.epochs=10")]
    Override(String),
    #[error(
        "\"{0}\" is not an override; one configuration can be given, and it comes first, e.g. {0} training.epochs=10"
    )]
    FileAmongOverrides(String),
}

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
    let mut experiment = merge(&Origin { name, text: &text }, overrides)?;
    if let Some(path) = &mut experiment.data.path {
        // Kept as typed where the absolute path cannot be known or written down as TOML.
        let absolute = std::path::absolute(&path).ok();
        if let Some(absolute) = absolute.filter(|path| path.to_str().is_some()) {
            *path = absolute;
        }
    }
    Ok(experiment)
}

/// The experiment of a file as it stands.
///
/// # Errors
/// See [`load`].
pub fn from_file(path: &Path) -> Result<Experiment, ConfigError> {
    load(Some(path), &[])
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
        path: path.to_path_buf(),
        source,
    })
}

/// Defaults < preset in the file < keys in the file < preset override < other overrides.
fn merge(origin: &Origin, texts: &[String]) -> Result<Experiment, ConfigError> {
    let mut table = place::parse(origin)?;
    let in_file = |problem: Problem| problem.locate(origin, &[]);
    check_sections(&table).map_err(in_file)?;
    let overrides = overrides::parse(texts)?;
    let located = |problem: Problem| problem.locate(origin, &overrides);

    let renamed = model::rename(&mut table, &overrides);
    // Where another network was chosen, nothing of the file's [model] is left to be at fault.
    let in_model = |problem: Problem| match renamed {
        true => located(problem.or_at("model.name")),
        false => located(problem),
    };
    model::lay_preset_beneath(&mut table).map_err(in_file)?;
    model::lay_preset_above(&mut table, &overrides).map_err(in_model)?;
    overrides::apply(&mut table, &overrides);

    let model = table.remove("model");
    let mut experiment = interpret(table.clone()).map_err(located)?;
    preprocess::settle(&mut experiment, &table).map_err(located)?;
    if let Some(model) = model {
        experiment.model = model::interpret(&model).map_err(in_model)?;
    }
    validate::check(&experiment).map_err(located)?;
    (experiment.model.check())
        .map_err(|(key, message)| in_model(Problem::new(format!("model.{key}"), message)))?;
    if let Some(augment) = &experiment.augment {
        (augment.check())
            .map_err(|e| located(Problem::new(format!("augment.{}", e.key), e.message)))?;
    }
    transfer::check(&experiment).map_err(located)?;
    Ok(experiment)
}

/// A section written as a value would be lost beneath an override of one of its keys.
fn check_sections(table: &Table) -> Result<(), Problem> {
    for section in [
        "data",
        "preprocess",
        "augment",
        "model",
        "training",
        "transfer",
    ] {
        if table.get(section).is_some_and(|value| !value.is_table()) {
            return Err(Problem::new(
                section,
                format!("expected the section [{section}] with its keys below it"),
            ));
        }
    }
    Ok(())
}

/// Everything but `[model]`, whose keys depend on the network.
fn interpret(table: Table) -> Result<Experiment, Problem> {
    let given = Value::Table(table.clone());
    serde_path_to_error::deserialize::<_, Experiment>(table).map_err(|error| {
        let (mut path, mut value) = (String::new(), Some(&given));
        for segment in error.path() {
            match segment {
                Segment::Map { key } => {
                    let dot = if path.is_empty() { "" } else { "." };
                    path.push_str(&format!("{dot}{key}"));
                    value = value.and_then(|value| value.get(key));
                }
                Segment::Seq { index } => {
                    path.push_str(&format!("[{index}]"));
                    value = value.and_then(|value| value.get(index));
                }
                // A table where the name of a choice belongs; what is in it is no key.
                Segment::Enum { .. } | Segment::Unknown => break,
            }
        }
        reword(&path, error.inner().message(), value)
    })
}

impl Experiment {
    /// The experiment as TOML, every value written out.
    ///
    /// # Errors
    /// A value that TOML cannot hold, such as a path that is not UTF-8.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }
}

/// Reads an experiment from TOML text that this program wrote.
impl std::str::FromStr for Experiment {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let name = "the text".to_string();
        merge(&Origin { name, text }, &[])
    }
}
