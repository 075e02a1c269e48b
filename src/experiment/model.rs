//! `[model]`: the network's name, which decides what its other keys are, and its presets.

use toml::{Table, Value};

use super::deserialize;
use super::overrides::{Override, last, set};
use super::problem::{Problem, received};
use crate::models::{Entry, NetworkConfig, REGISTRY};
use crate::text::did_you_mean;

/// Applies `model.name=...`. Returns whether it names another network than the file; the file's
/// `[model]` is then dropped, because its settings are those of the file's network.
pub fn rename(table: &mut Table, overrides: &[Override]) -> bool {
    let Some(name) = last(overrides, "model.name") else {
        return false;
    };
    let before = table.get("model").and_then(|model| model.get("name"));
    let default = NetworkConfig::default().name();
    let same = match before {
        Some(before) => *before == name.value,
        // A section without a name is for the network named here; without a section, the default
        // network has no settings to drop.
        None => table.contains_key("model") || name.value.as_str() == Some(default),
    };
    if !same {
        table.remove("model");
    }
    set(table, "model.name", name.value.clone());
    !same
}

/// Puts the settings of the file's `preset` beneath the keys of the file.
///
/// # Errors
/// The network has no such preset.
pub fn lay_preset_beneath(table: &mut Table) -> Result<(), Problem> {
    let Some(Value::Table(model)) = table.get_mut("model") else {
        return Ok(());
    };
    let Some(preset) = model.remove("preset") else {
        return Ok(());
    };
    for (key, value) in settings(model, &preset)? {
        model.entry(key).or_insert(value);
    }
    Ok(())
}

/// Puts the settings of `model.preset=...` above the keys of the file.
///
/// # Errors
/// The network has no such preset.
pub fn lay_preset_above(table: &mut Table, overrides: &[Override]) -> Result<(), Problem> {
    let Some(preset) = last(overrides, "model.preset") else {
        return Ok(());
    };
    let model = table.get("model").and_then(Value::as_table);
    for (key, value) in settings(model.unwrap_or(&Table::new()), &preset.value)? {
        set(table, &format!("model.{key}"), value);
    }
    Ok(())
}

/// What `preset` stands for in the network that `model` names.
fn settings(model: &Table, preset: &Value) -> Result<Table, Problem> {
    let entry = entry(model)?;
    let problem = |message| Problem::new("model.preset", message);
    let wanted = preset.as_str().unwrap_or_default();
    let known = || entry.presets.iter().map(|(name, _)| *name);
    let Some((_, settings)) = entry.presets.iter().find(|(name, _)| *name == wanted) else {
        let received = received(preset);
        let hint = did_you_mean(wanted, known());
        return Err(problem(match entry.presets.is_empty() {
            true => format!("\"{}\" has no presets, received {received}", entry.name),
            false => format!(
                "{received} is not known{hint}; expected one of {}",
                known().collect::<Vec<_>>().join(", ")
            ),
        }));
    };
    settings
        .parse()
        .map_err(|error| problem(format!("{error}")))
}

/// The network that `model` names.
fn entry(model: &Table) -> Result<&'static Entry, Problem> {
    let known = || REGISTRY.iter().map(|entry| entry.name);
    let names = known().collect::<Vec<_>>().join(", ");
    let message = match model.get("name") {
        None => format!("name the network, e.g. name = \"two-conv\"; expected one of {names}"),
        Some(Value::String(name)) => match REGISTRY.iter().find(|entry| entry.name == name) {
            Some(entry) => return Ok(entry),
            None => {
                let hint = did_you_mean(name, known());
                format!("\"{name}\" is not known{hint}; expected one of {names}")
            }
        },
        Some(other) => format!("expected one of {names}, received {}", received(other)),
    };
    Err(Problem::new("model.name", message))
}

/// The network and its settings.
///
/// # Errors
/// The key that is unknown or whose value is of the wrong kind.
pub fn read(model: &Value) -> Result<NetworkConfig, Problem> {
    let Value::Table(model) = model else {
        return Err(Problem::new("model", "expected the section [model]"));
    };
    let name = entry(model)?.name;
    let mut settings = model.clone();
    settings.remove("name");
    deserialize::section("model", &Value::Table(settings), |reader| {
        NetworkConfig::read(name, reader)
    })
}
