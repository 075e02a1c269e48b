//! Parsing rows of numbers with the usual separators.

use super::error::OperationError;
use super::grid::MAX_VALUES;

/// Height, width and values of rows of numbers; empty rows are skipped. `input` names them in
/// errors.
///
/// Numbers are separated by semicolons where there are any (a comma is then a decimal point), else
/// by tabs, else by commas, else by spaces.
pub fn numbers<'a>(
    input: &str,
    rows: impl Iterator<Item = &'a str> + Clone,
) -> Result<(usize, usize, Vec<f32>), OperationError> {
    let separator = [';', '\t', ','].into_iter().find(|&separator| {
        let mut rows = rows.clone();
        rows.any(|row| row.contains(separator))
    });
    let (mut values, mut width) = (Vec::new(), 0);
    let filled = (1..).zip(rows).filter(|(_, row)| !row.trim().is_empty());
    let mut height = 0;
    for (row, text) in filled {
        let before = values.len();
        let words: Vec<&str> = match separator {
            Some(separator) => text.split(separator).map(str::trim).collect(),
            None => text.split_whitespace().collect(),
        };
        for word in words {
            let number = match separator {
                Some(';' | '\t') => number(&word.replace(',', ".")),
                _ => number(word),
            };
            values.push(number.ok_or_else(|| OperationError::NotANumber {
                input: input.into(),
                row,
                word: word.into(),
            })?);
        }
        let received = values.len() - before;
        height += 1;
        if height == 1 {
            width = received;
        } else if received != width {
            return Err(OperationError::Ragged {
                input: input.into(),
                row,
                expected: width,
                received,
            });
        }
        if values.len() > MAX_VALUES {
            return Err(OperationError::TooLarge {
                input: input.into(),
                values: values.len(),
                limit: MAX_VALUES,
            });
        }
    }
    if values.is_empty() {
        return Err(OperationError::Empty {
            input: input.into(),
        });
    }
    Ok((height, width, values))
}

/// A finite number or a fraction of two.
fn number(word: &str) -> Option<f32> {
    let value = match word.split_once('/') {
        Some((above, below)) => above.parse::<f32>().ok()? / below.parse::<f32>().ok()?,
        None => word.parse().ok()?,
    };
    value.is_finite().then_some(value)
}
