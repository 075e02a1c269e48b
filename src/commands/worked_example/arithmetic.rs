//! How one value of the output comes about.

use anyhow::{Result, bail};

use crate::commands::output::print;
use crate::operations::{Grid, OperationKind, SlidingOperation, short};
use crate::text::table;

/// Terms that are printed of a value.
const MOST_TERMS: usize = 200;

/// Prints the arithmetic of one output value, term by term.
pub fn explain(
    input: &Grid,
    output: &Grid,
    operation: &SlidingOperation,
    at: &[usize],
) -> Result<()> {
    let rank = input.rank;
    if at.len() != rank {
        bail!(
            "--explain: expected {} for {} input, received {} numbers",
            ["X", "X,Y", "X,Y,Z"][rank - 1],
            [
                "a one-dimensional",
                "a two-dimensional",
                "a three-dimensional"
            ][rank - 1],
            at.len()
        );
    }
    let mut place = [0; 3];
    for (axis, &at) in at.iter().enumerate() {
        place[2 - axis] = at;
    }
    let name: Vec<String> = (["x", "y", "z"].iter().zip(at))
        .map(|(axis, at)| format!("{axis} {at}"))
        .collect();
    for channel in 0..output.channels {
        let terms = operation.explain(input, channel, place)?;
        let color = match output.channels {
            3 => ["red, ", "green, ", "blue, "][channel],
            _ => "",
        };
        print(format!("\n{color}output at {}:", name.join(", ")))?;
        let weighted = matches!(operation.kind, OperationKind::Convolution(_));
        let mut rows = match weighted {
            true => table(["input", "value", "weight", "product"], 1),
            false => table(["input", "value"], 1),
        };
        for term in terms.terms.iter().take(MOST_TERMS) {
            let place: Vec<String> = (term.place[3 - rank..].iter().rev())
                .map(isize::to_string)
                .collect();
            let beyond = term.value.map_or(" (padding)", |_| "");
            let value = short(term.value.unwrap_or(0.0));
            let mut row = vec![format!("{}{beyond}", place.join(",")), value];
            if weighted {
                row.extend([short(term.weight), short(term.product() as f32)]);
            }
            rows.add_row(row);
        }
        print(rows)?;
        if terms.terms.len() > MOST_TERMS {
            print(format!("... and {} more", terms.terms.len() - MOST_TERMS))?;
        }
        let result = short(terms.result as f32);
        let count = terms.terms.len();
        print(match operation.kind {
            OperationKind::Convolution(_) => format!("sum of the products = {result}"),
            OperationKind::MaxPool => format!("largest of {count} values = {result}"),
            OperationKind::AveragePool => format!("sum of the values / {count} = {result}"),
        })?;
    }
    Ok(())
}
