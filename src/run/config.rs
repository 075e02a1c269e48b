//! `config.toml`, and what must not change in it.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::card::ModelCard;
use super::error::RunError;
use super::folder::{CONFIG, RunFolder};
use crate::experiment::{Experiment, load};

/// Keys that do not decide what a run learns: where its data lies, how much of it is kept in memory,
/// and after how many epochs it ends.
const MAY_CHANGE: &[&str] = &["data.path", "data.cache_mib", "training.epochs"];

/// The configuration of a run, changed by `overrides`; `card` knows the one it was started with.
///
/// # Errors
/// The file is missing, or was edited into something else than the run was started with.
pub fn read_config(
    folder: &RunFolder,
    card: &ModelCard,
    overrides: &[String],
) -> Result<Experiment, RunError> {
    let path = folder.file(CONFIG);
    let experiment = load(Some(&path), overrides)?;
    let (then, now) = (values(&card.config.parse()?)?, values(&experiment)?);
    let mut keys = then.keys().chain(now.keys());
    let changed = keys
        .find(|key| !MAY_CHANGE.contains(&key.as_str()) && then.get(*key) != now.get(*key))
        .cloned();
    let Some(key) = changed else {
        return Ok(experiment);
    };
    let value = |values: &BTreeMap<String, String>| match values.get(&key) {
        Some(value) => value.clone(),
        None => "not set".to_string(),
    };
    Err(RunError::Edited {
        path,
        now: value(&now),
        then: value(&then),
        key,
    })
}

/// Every value of a configuration under its dotted key, e.g. `training.epochs`.
///
/// # Errors
/// A value that TOML cannot hold, such as a path that is not UTF-8.
pub fn values(experiment: &Experiment) -> Result<BTreeMap<String, String>, RunError> {
    let mut values = BTreeMap::new();
    flatten("", &Table::try_from(experiment)?, &mut values);
    Ok(values)
}

fn flatten(prefix: &str, table: &Table, values: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        match value {
            Value::Table(inner) => flatten(&format!("{prefix}{key}."), inner, values),
            value => {
                values.insert(format!("{prefix}{key}"), value.to_string());
            }
        }
    }
}
