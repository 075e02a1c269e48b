//! Schemas of settings whose types do not tell what may be written.

use schemars::{Schema, SchemaGenerator, json_schema};

use super::layers::PARSERS;

/// A list of layers, with an example of each kind.
pub fn layers_schema(_: &mut SchemaGenerator) -> Schema {
    let examples: Vec<&str> = PARSERS.iter().map(|kind| kind.example).collect();
    json_schema!({
        "type": "array",
        "items": { "type": "string", "examples": examples },
        "minItems": 1,
    })
}

/// An activation function. Its type belongs to the kernels, which know nothing of configurations.
pub fn activation_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "oneOf": [
        { "const": "relu", "description": "`max(0, x)`." },
        { "const": "relu6", "description": "`min(max(0, x), 6)`." },
        { "const": "tanh", "description": "The hyperbolic tangent, from -1 to 1." },
    ] })
}
