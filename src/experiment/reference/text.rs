//! The reference as it is read on a terminal.

use super::find::Found;
use super::key::{Key, Kind, WhenAbsent};
use crate::text::wrapped;

/// Columns of a line.
const WIDTH: usize = 80;

/// All `sections`, after a few words on how a configuration is written.
pub fn text(sections: &[Key]) -> String {
    let mut page = Page::default();
    page.paragraph("", super::INTRODUCTION);
    sections.iter().for_each(|section| page.section(section));
    page.0
}

/// The keys `found`, with the keys below them.
pub fn text_of(found: &[Found]) -> String {
    let mut page = Page::default();
    for Found { kind, key } in found {
        match (kind, key.path.contains('.')) {
            (_, false) => page.section(key),
            (None, true) => page.key(key),
            (Some(kind), true) => {
                page.heading(&of_kind(kind));
                page.key(key);
            }
        }
    }
    page.0
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn line(&mut self, indent: &str, line: &str) {
        self.0 += format!("{indent}{line}").trim_end();
        self.0.push('\n');
    }

    fn paragraph(&mut self, indent: &str, text: &str) {
        for line in wrapped(text, WIDTH - indent.len()) {
            self.line(indent, &line);
        }
    }

    /// A line with an empty one before it.
    fn heading(&mut self, line: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.line("", line);
    }

    fn section(&mut self, section: &Key) {
        let not_set = match section.when_absent {
            WhenAbsent::NotSet => " (not set)",
            _ => "",
        };
        self.heading(&format!("[{}]{not_set}", section.path));
        self.paragraph("", &section.meaning);
        self.below(section);
    }

    fn below(&mut self, key: &Key) {
        key.keys.iter().for_each(|key| self.key(key));
        for kind in &key.kinds {
            self.heading(&of_kind(kind));
            self.paragraph("", &kind.meaning);
            kind.keys.iter().for_each(|key| self.key(key));
        }
    }

    fn key(&mut self, key: &Key) {
        let path = &key.path;
        self.heading(&match &key.when_absent {
            WhenAbsent::Is(value) => format!("{path} = {value}"),
            WhenAbsent::NotSet => format!("{path} (not set)"),
            WhenAbsent::Refused => format!("{path} (must be given)"),
            WhenAbsent::Unsaid => path.clone(),
        });
        self.paragraph("    ", &key.meaning);
        if key.choices.is_empty() {
            self.paragraph("    ", &format!("Values: {}", key.values));
        }
        // A few long values in words do not push the meanings aside.
        let lengths = key.choices.iter().map(|choice| choice.value.len());
        let width = lengths.filter(|&length| length <= 20).max().unwrap_or(0);
        for choice in &key.choices {
            let (value, meaning) = (&choice.value, &choice.meaning);
            let indent = " ".repeat(8 + width);
            let mut lines = wrapped(meaning, WIDTH - indent.len()).into_iter();
            match value.len() <= width {
                true => {
                    let first = lines.next().unwrap_or_default();
                    self.line("      ", &format!("{value:width$}  {first}"));
                }
                false => self.paragraph("      ", value),
            }
            lines.for_each(|line| self.line(&indent, &line));
        }
        self.below(key);
    }
}

fn of_kind(kind: &Kind) -> String {
    format!("[model] of {}:", kind.title)
}
