//! The reference of all keys, from the comments, types and defaults of the configuration itself.
//!
//! In order: `schema` makes a JSON Schema of the types, `order` asks them for the order of their
//! keys, `values` words what may be written, `key` makes a tree of it, `find` looks a key up, `text`
//! and `markdown` write it.

mod find;
mod key;
mod markdown;
mod order;
mod schema;
#[cfg(test)]
mod tests;
mod text;
mod values;

pub use find::{Found, UnknownKey};
pub use key::{Key, Kind, WhenAbsent};
pub use schema::json_schema;
pub use values::Choice;

/// How a configuration is written.
const INTRODUCTION: &str = "\
A configuration is a TOML file with sections, and holds only what differs from the defaults below; without a file,
`convlab train` takes the built-in `quickstart`, which `convlab configs quickstart` prints. Values in the file win over
the defaults, and `section.key=value` on the command line wins over the file, e.g. `convlab train my.toml
training.epochs=10`. Every run keeps the result in its `config.toml`.";

/// All sections with their keys.
#[derive(Debug)]
pub struct Reference {
    sections: Vec<Key>,
}

impl Reference {
    pub fn new() -> Self {
        let sections = key::sections(&json_schema());
        Self { sections }
    }

    /// The keys called `name`, e.g. `training.stop`.
    ///
    /// # Errors
    /// There is none; the error suggests the most similar one.
    pub fn find(&self, name: &str) -> Result<Vec<Found<'_>>, UnknownKey> {
        find::find(&self.sections, name)
    }

    /// For a terminal, in lines of up to 80 columns: all sections, or the keys `found`.
    pub fn text(&self, found: Option<&[Found]>) -> String {
        match found {
            None => text::text(&self.sections),
            Some(found) => text::text_of(found),
        }
    }

    /// As a page of Markdown: all sections, or the keys `found`.
    pub fn markdown(&self, found: Option<&[Found]>) -> String {
        match found {
            None => markdown::markdown(&self.sections),
            Some(found) => markdown::markdown_of(found),
        }
    }
}

impl Default for Reference {
    fn default() -> Self {
        Self::new()
    }
}
