//! The texts of a report: one file per language.

use std::collections::BTreeMap;

use super::error::ReportError;

/// The languages a report can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Language {
    /// English
    #[default]
    En,
    /// Indonesian
    Id,
}

impl Language {
    pub const ALL: [Language; 2] = [Language::En, Language::Id];

    /// Value of HTML's `lang` attribute.
    pub fn code(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Id => "id",
        }
    }

    /// Decimal separator, and separator between groups of three digits.
    fn separators(self) -> [char; 2] {
        match self {
            Language::En => ['.', ','],
            Language::Id => [',', '.'],
        }
    }

    fn source(self) -> &'static str {
        match self {
            Language::En => include_str!("messages/en.toml"),
            Language::Id => include_str!("messages/id.toml"),
        }
    }

    /// `number` with `digits` decimals, and with the separators of the language.
    pub fn number(self, number: f64, digits: usize) -> String {
        let [decimal, group] = self.separators();
        let plain = format!("{:.digits$}", number.abs());
        let (whole, decimals) = plain.split_once('.').unwrap_or((&plain, ""));
        let grouped: String = (whole.chars().enumerate())
            .flat_map(|(at, digit)| {
                let mark = at > 0 && (whole.len() - at).is_multiple_of(3);
                mark.then_some(group).into_iter().chain([digit])
            })
            .collect();
        let sign = if number < 0.0 { "-" } else { "" };
        match decimals {
            "" => format!("{sign}{grouped}"),
            _ => format!("{sign}{grouped}{decimal}{decimals}"),
        }
    }
}

/// The texts of one language by their key.
#[derive(Debug, Clone)]
pub struct Messages {
    pub language: Language,
    pub texts: BTreeMap<String, String>,
}

impl Messages {
    /// # Errors
    /// [`ReportError::Template`] where the file of the language is not a table of texts.
    pub fn new(language: Language) -> Result<Self, ReportError> {
        let texts = toml::from_str(language.source()).map_err(|error| {
            ReportError::Template(format!("messages/{}.toml: {error}", language.code()))
        })?;
        Ok(Self { language, texts })
    }

    /// The text of `key`. A test makes sure that every key in use has one; without, the key itself is
    /// returned.
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.texts.get(key).map_or(key, String::as_str)
    }
}
