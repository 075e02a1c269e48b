//! The order of the keys of a table, which a JSON Schema does not keep.

use serde::Deserialize;
use toml::{Table, Value};

use crate::experiment::deserialize;
use crate::experiment::read_error::ReadError;
use crate::experiment::sections::Experiment;
use crate::models::NetworkConfig;

/// A name that no key has.
const UNKNOWN: &str = "?";

/// The keys of the table at `path` (`training.stop`; empty for the sections) as its type declares
/// them. The type itself tells, when it meets a key that it does not know. Below `model`, they are
/// those of `network`.
pub fn order(path: &str, network: Option<&str>) -> &'static [&'static str] {
    let mut value = table(UNKNOWN, Value::Boolean(true));
    let below = path.strip_prefix("model").filter(|_| network.is_some());
    let names = below.unwrap_or(path).split('.').rev();
    for name in names.filter(|name| !name.is_empty()) {
        value = match name {
            "steps" => table(name, Value::Array(vec![value])),
            name => table(name, value),
        };
    }
    let known = deserialize::section("", &value, |reader| {
        let error = match network {
            Some(name) => NetworkConfig::read(name, reader).err(),
            None => Experiment::deserialize(reader).err(),
        };
        Ok(error.and_then(|error: ReadError| error.known()))
    });
    known.ok().flatten().unwrap_or_default()
}

fn table(key: &str, value: Value) -> Value {
    Value::Table(Table::from_iter([(key.to_string(), value)]))
}
