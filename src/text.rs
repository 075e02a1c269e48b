//! Words and numbers as people read them: messages, tables, grouped digits, did-you-mean.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use comfy_table::{CellAlignment, Table, presets};

/// A borderless table; columns from `first_number` on are aligned right.
pub fn table<const N: usize>(header: [&str; N], first_number: usize) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
        if column.index >= first_number {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// `1234567` as `1,234,567`.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `0.25`, but `1e-60` and `1e300` where writing all digits would take a line.
pub fn short_number(number: f64) -> String {
    match number.abs() {
        size if size != 0.0 && size.is_finite() && !(1e-4..1e9).contains(&size) => {
            format!("{number:e}")
        }
        _ => number.to_string(),
    }
}

/// `, did you mean "conv"?` if one of `known` is close to `word`, else nothing.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(word, name), name))
        .min()
        .filter(|(distance, name)| *distance <= 1 + name.len().min(word.len()) / 4)
        .map_or(String::new(), |(_, name)| {
            format!(", did you mean \"{name}\"?")
        })
}

/// `text` in lines of at most `width` characters; a longer word has a line of its own.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.into()),
        }
    }
    lines
}

/// The first line of the message of a panic.
pub fn panic_message(panic: &(dyn Any + Send)) -> Option<&str> {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or(panic.downcast_ref::<&str>().copied());
    text.and_then(|text| text.lines().next())
}

/// The result of `read`, or the message of its panic. Libraries that decode files should never
/// panic; if one does, only that file is refused.
pub fn catch_panic<T>(read: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(read)).map_err(|panic| {
        let reason = panic_message(&*panic).unwrap_or("unknown reason");
        format!("its reader failed: {reason}")
    })
}

/// `text` as one word of a shell command, quoted if necessary.
pub fn shell_word(text: &str) -> String {
    let plain = |c: char| {
        let separator = cfg!(windows) && c == '\\';
        separator || c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c)
    };
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_string(),
        // No path on Windows has a quote in it.
        false if cfg!(windows) => format!("\"{text}\""),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_three() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1_234), "1,234");
        assert_eq!(grouped(29_600_000), "29,600,000");
    }

    #[cfg(not(windows))]
    #[test]
    fn words_of_a_command_are_quoted_where_the_shell_would_split_them() {
        assert_eq!(shell_word("artifacts/run-1"), "artifacts/run-1");
        assert_eq!(shell_word("my runs/x"), "'my runs/x'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
    }

    #[test]
    fn long_numbers_are_written_with_an_exponent() {
        for (number, text) in [
            (0.0, "0"),
            (0.25, "0.25"),
            (-1e-300, "-1e-300"),
            (1e300, "1e300"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(short_number(number), text);
        }
    }

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(
            wrapped("one two  three\nfour", 7),
            ["one two", "three", "four"]
        );
        assert_eq!(wrapped("immeasurable", 5), ["immeasurable"]);
        assert!(wrapped(" ", 5).is_empty());
    }

    #[test]
    fn only_close_words_are_suggested() {
        let known = ["epochs", "batch_size"];
        assert_eq!(did_you_mean("epoch", known), ", did you mean \"epochs\"?");
        assert_eq!(did_you_mean("colour", known), "");
    }
}
