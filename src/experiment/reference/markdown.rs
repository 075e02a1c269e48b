//! The reference as a page of the guide.

use super::find::Found;
use super::key::{Key, WhenAbsent};
use super::values::Choice;

/// The page with all `sections`.
pub fn markdown(sections: &[Key]) -> String {
    let mut page = String::from(
        "# Configuration reference\n\n<!-- Made by `convlab reference --format markdown` from the comments in the source. -->\n\n",
    );
    page += super::INTRODUCTION;
    page += "\n\n";
    page += EDITORS;
    sections.iter().for_each(|key| section(key, &mut page));
    page
}

/// How an editor learns of the reference.
const EDITORS: &str = "\
The same in a terminal: `convlab reference`, or `convlab reference training.stop` for one section or key. Editors that know
JSON Schema (Taplo, Even Better TOML) complete and check a configuration that begins with
`#:schema ./configuration.schema.json`, after

```sh
convlab reference --format json-schema > configuration.schema.json
```
";

/// The keys `found`, with the keys below them.
pub fn markdown_of(found: &[Found]) -> String {
    let mut page = String::new();
    for Found { kind, key } in found {
        match (kind, key.path.contains('.')) {
            (_, false) => section(key, &mut page),
            (None, true) => table([*key], &mut page),
            (Some(kind), true) => {
                page += &format!("\n### `[model]` of {}\n", kind.title);
                table([*key], &mut page);
            }
        }
    }
    page.trim_start().to_string()
}

fn section(key: &Key, page: &mut String) {
    *page += &format!("\n## `[{}]`\n\n{}\n", key.path, key.meaning);
    table(&key.keys, page);
    for kind in &key.kinds {
        let (title, meaning) = (&kind.title, &kind.meaning);
        *page += &format!("\n### `[model]` of {title}\n\n{meaning}\n");
        table(&kind.keys, page);
    }
}

/// A row for each of `keys` and of the keys below them.
fn table<'a>(keys: impl IntoIterator<Item = &'a Key>, page: &mut String) {
    let mut rows = String::new();
    keys.into_iter().for_each(|key| row(key, &mut rows));
    if !rows.is_empty() {
        *page += "\n| key | default | values | meaning |\n|---|---|---|---|\n";
        *page += &rows;
    }
}

fn row(key: &Key, rows: &mut String) {
    let default = match &key.when_absent {
        WhenAbsent::Is(value) => format!("`{value}`"),
        WhenAbsent::NotSet => "not set".into(),
        WhenAbsent::Refused => "must be given".into(),
        WhenAbsent::Unsaid => String::new(),
    };
    let (values, meanings) = match key.choices.is_empty() {
        true => (key.values.clone(), String::new()),
        false => listed(&key.choices),
    };
    let cells = [
        format!("`{}`", key.path),
        default,
        values,
        format!("{}{meanings}", key.meaning),
    ];
    *rows += &format!(
        "| {} |\n",
        cells.map(|text| text.replace('|', "\\|")).join(" | ")
    );
    key.keys.iter().for_each(|key| row(key, rows));
}

/// The values, and what each means.
fn listed(choices: &[Choice]) -> (String, String) {
    let values: Vec<String> = choices.iter().map(written).collect();
    let meanings = choices.iter();
    let meanings: String = meanings
        .map(|choice| format!("<br>{}: {}", written(choice), choice.meaning))
        .collect();
    (values.join(", "), meanings)
}

/// A value as it is written is code, one in words is not.
fn written(choice: &Choice) -> String {
    match choice.value.contains(' ') {
        true => choice.value.clone(),
        false => format!("`{}`", choice.value),
    }
}
