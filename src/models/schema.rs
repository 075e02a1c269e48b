//! What `[model]` may hold: its keys depend on the network's name.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::backbone::BackboneConfig;
use super::registry::{NetworkConfig, REGISTRY};
use super::settings::Entry;

impl JsonSchema for NetworkConfig {
    fn schema_name() -> Cow<'static, str> {
        "NetworkConfig".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let own = NetworkConfig::own_schemas(generator).into_iter();
        let mut networks: Vec<Schema> = own
            .filter_map(|(name, settings)| {
                let entry = REGISTRY.iter().find(|entry| entry.name == name)?;
                Some(own_network(entry, settings))
            })
            .collect();
        networks.push(published(generator.subschema_for::<BackboneConfig>()));
        let names = choices(REGISTRY.iter().map(|entry| (entry.name, entry.summary)));
        json_schema!({
            "type": "object",
            "description": "The network. Its other keys depend on its name.",
            "properties": { "name": {
                "type": "string",
                "description": "The network; `convlab models NAME` describes it layer by layer.",
                "oneOf": names,
                "default": NetworkConfig::default().name(),
            } },
            "required": ["name"],
            "oneOf": networks,
        })
    }
}

/// Values and what they stand for.
fn choices<'a>(list: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Value> {
    list.map(|(value, meaning)| json!({ "const": value, "description": meaning }))
        .collect()
}

/// `[model]` of a network without published weights: its own `settings`, name and presets.
fn own_network(entry: &Entry, mut settings: Schema) -> Schema {
    let keys = settings
        .get_mut("properties")
        .and_then(Value::as_object_mut);
    if let (Some(keys), false) = (keys, entry.presets.is_empty()) {
        let presets = entry.presets.iter();
        let presets: Vec<_> = presets
            .map(|(name, settings)| (*name, format!("`{}`", settings.replace('\n', ", "))))
            .collect();
        let presets = choices(presets.iter().map(|(name, settings)| (*name, &**settings)));
        let preset = json!({
            "type": "string",
            "description": "A name for several settings; keys beside it win over them.",
            "oneOf": presets,
        });
        keys.insert("preset".into(), preset);
    }
    named(&[entry.name], entry.name, entry.summary, settings)
}

fn published(settings: Schema) -> Schema {
    let entries = REGISTRY.iter().filter(|entry| entry.architecture.is_some());
    let names: Vec<&str> = entries.map(|entry| entry.name).collect();
    let title = "networks published with weights";
    let meaning = format!(
        "Features that were trained on many images, and a head behind them: {}.",
        names.join(", ")
    );
    named(&names, title, &meaning, settings)
}

/// `settings` that belong to the networks `names`.
fn named(names: &[&str], title: &str, meaning: &str, mut settings: Schema) -> Schema {
    if let Some(keys) = settings
        .get_mut("properties")
        .and_then(Value::as_object_mut)
    {
        keys.insert("name".into(), json!({ "type": "string", "enum": names }));
    }
    settings.insert("title".into(), title.into());
    settings.insert("description".into(), meaning.into());
    let mut required = vec![json!("name")];
    if let Some(Value::Array(others)) = settings.remove("required") {
        required.extend(others);
    }
    settings.insert("required".into(), required.into());
    settings
}
