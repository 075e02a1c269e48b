//! Fills the templates.

use minijinja::value::{Kwargs, Value};
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, context};
use serde::Serialize;

use super::error::ReportError;
use super::messages::Messages;

const TEMPLATES: [(&str, &str); 4] = [
    ("parts.html", include_str!("parts.html")),
    ("layout.html", include_str!("layout.html")),
    ("page.html", include_str!("page.html")),
    ("compare.html", include_str!("compare.html")),
];

/// Fills the template `name` with the fields of `page`; `data` is embedded as JSON for the script.
///
/// # Errors
/// [`ReportError::Template`]
pub fn render(
    name: &str,
    page: &impl Serialize,
    data: &impl Serialize,
    messages: &Messages,
) -> Result<String, ReportError> {
    let attempt = || {
        let environment = environment(messages)?;
        let own = context! {
            lang => messages.language.code(),
            t => messages.texts,
            style => include_str!("style.css"),
            script => include_str!("script.js"),
            convlab => env!("CARGO_PKG_VERSION"),
            data => data,
        };
        let page = Value::from_serialize(page);
        environment
            .get_template(name)?
            .render(context! { ..own, ..page })
    };
    attempt().map_err(|error| ReportError::Template(format!("{error:#}")))
}

fn environment(messages: &Messages) -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    for (name, source) in TEMPLATES {
        environment.add_template(name, source)?;
    }
    let language = messages.language;
    environment.add_filter("fixed", move |number: f64, digits: usize| {
        language.number(number, digits)
    });
    environment.add_filter("grouped", move |number: f64| language.number(number, 0));
    environment.add_filter("size", |size: Vec<u32>| {
        let sides: Vec<String> = size.iter().rev().map(u32::to_string).collect();
        sides.join("x")
    });
    environment.add_filter("percent", move |share: f64| {
        format!("{}%", language.number(100.0 * share, 1))
    });
    environment.add_filter("percent2", move |share: f64| {
        format!("{}%", language.number(100.0 * share, 2))
    });
    let units =
        ["unit_hours", "unit_minutes", "unit_seconds"].map(|key| messages.get(key).to_string());
    environment.add_filter("duration", move |seconds: f64| {
        let [hours, minutes, short] = &units;
        let whole = seconds.round() as u64;
        match whole {
            3600.. => format!("{} {hours} {} {minutes}", whole / 3600, whole % 3600 / 60),
            60.. => format!("{} {minutes} {} {short}", whole / 60, whole % 60),
            _ => format!("{} {short}", language.number(seconds, 1)),
        }
    });
    environment.add_filter(
        "fill",
        |text: String, values: Kwargs| -> Result<String, Error> {
            let mut text = text;
            for name in values.args() {
                let value: Value = values.get(name)?;
                text = text.replace(&format!("{{{name}}}"), &value.to_string());
            }
            Ok(text)
        },
    );
    Ok(environment)
}
