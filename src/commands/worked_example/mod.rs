//! What `convlab convolve` and `convlab pool` have in common: an operation by hand on one input.

mod arithmetic;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;

use super::DONE;
use super::output::{check_folder_of, check_replaceable, picture_format, print, write_picture};
use crate::device::{self, DeviceChoice};
use crate::operations::{Grid, Input, Shown, SlidingOperation, before_and_after, short};
use crate::storage;

#[derive(Debug, Args)]
pub struct WorkedExampleArgs {
    /// Picture, CSV or text file of numbers, folder of slices, or a matrix such as "1 2; 3 4"
    #[arg(allow_hyphen_values = true)]
    pub input: PathBuf,
    /// Show the arithmetic of one output value, at this column, row and slice, counted from 0
    #[arg(
        long,
        value_name = "X[,Y[,Z]]",
        value_delimiter = ',',
        num_args = 1,
        allow_hyphen_values = true
    )]
    pub explain: Option<Vec<usize>>,
    /// File to write: a picture of input and output, or a .csv of the output's values
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// What an operation makes of grey levels.
#[derive(Clone, Copy)]
pub enum Levels {
    /// Grey levels.
    Grey,
    /// Differences, as edges are: some below zero.
    AroundZero,
    Any,
}

/// Applies `operation` to the input, prints the numbers and writes the output.
pub fn run(
    args: &WorkedExampleArgs,
    input: &Input,
    operation: &SlidingOperation,
    title: &str,
    levels: Levels,
) -> Result<u8> {
    if let Some(out) = &args.out {
        check_out(out, &args.input)?;
    }
    let device = device::open(DeviceChoice::cpu(), &())?.device;
    let output = operation.apply(&input.grid, &device)?;
    print(title)?;
    print(format!(
        "input {} -> output {}",
        input.grid.size_text(),
        output.size_text()
    ))?;
    if let Some(at) = &args.explain {
        arithmetic::explain(&input.grid, &output, operation, at)?;
    }
    let [.., height, width] = output.size;
    let few = output.channels == 1 && height.max(width) <= 16 && output.rank < 3;
    if few && args.explain.is_none() {
        print("")?;
        print(numbers(&output, " "))?;
    }
    let Some(out) = &args.out else {
        if !few && args.explain.is_none() {
            print("write it with --out FILE.png or --out FILE.csv")?;
        }
        return Ok(DONE);
    };
    let shown = match (input.is_picture, levels) {
        (true, Levels::Grey) => Shown::GREY_LEVELS,
        (true, Levels::AroundZero) => Shown::around_zero(&output),
        _ => Shown::stretched(&output),
    };
    write(out, input, &output, shown)?;
    print(format!("written to {}", out.display()))?;
    Ok(DONE)
}

/// Refuses, before any work, what cannot be written or must not be replaced.
fn check_out(out: &Path, input: &Path) -> Result<()> {
    if !is_csv(out) {
        picture_format(out)?;
    }
    check_replaceable(out)?;
    let same = |a: &Path, b: &Path| matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b);
    if same(out, input) {
        bail!("--out {} is the input; choose another name", out.display());
    }
    check_folder_of(out)
}

fn is_csv(out: &Path) -> bool {
    (out.extension()).is_some_and(|extension| extension.eq_ignore_ascii_case("csv"))
}

fn write(out: &Path, input: &Input, output: &Grid, shown: Shown) -> Result<()> {
    if is_csv(out) {
        return Ok(storage::write(out, numbers(output, ",").as_bytes())?);
    }
    let format = picture_format(out)?;
    let picture = before_and_after(input, output, shown)?;
    write_picture(&picture, out, format, "a smaller input")
}

/// Rows of numbers; an empty line between slices, and between colours.
fn numbers(grid: &Grid, separator: &str) -> String {
    let [depth, height, width] = grid.size;
    let aligned = separator == " ";
    let mut text = String::new();
    for (number, row) in grid.values.chunks(width).enumerate() {
        if number > 0 && number % height == 0 && grid.channels * depth > 1 {
            text.push('\n');
        }
        let row: Vec<String> = (row.iter())
            .map(|&value| match aligned {
                true => format!("{:>9}", short(value)),
                false => value.to_string(),
            })
            .collect();
        text.push_str(&row.join(separator));
        text.push('\n');
    }
    match aligned {
        true => text.trim_end().to_string(),
        false => text,
    }
}
