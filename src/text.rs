//! Words and numbers as people read them: tables, grouped digits, did-you-mean.

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

/// `, did you mean "conv"?` where one of `known` is close to `word`, else nothing.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_three() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1_234), "1,234");
        assert_eq!(grouped(29_600_000), "29,600,000");
    }

    #[test]
    fn only_close_words_are_suggested() {
        let known = ["epochs", "batch_size"];
        assert_eq!(did_you_mean("epoch", known), ", did you mean \"epochs\"?");
        assert_eq!(did_you_mean("colour", known), "");
    }
}
