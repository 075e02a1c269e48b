//! `convlab convolve` and `convlab pool`

use std::path::Path;

use anyhow::{Result, bail};

use super::{DONE, picture_format, print, replaceable, write_picture};
use crate::cli::{ConvolveArgs, PaddingChoice, PoolArgs, PoolChoice, WorkedExampleArgs};
use crate::device;
use crate::device::DeviceChoice;
use crate::operations::{
    Grid, Input, Kernel, OperationKind, PaddingMode, Shown, SlidingOperation, before_and_after,
    read, short,
};
use crate::storage;
use crate::text::table;

/// Convolves the input with a kernel.
pub fn convolve(args: ConvolveArgs) -> Result<u8> {
    let input = read(&args.example.input)?;
    let rank = input.grid.rank;
    let kernel = Kernel::parse(&args.kernel, rank)?;
    let padding = match args.padding {
        PaddingChoice::Same => PaddingMode::Same,
        PaddingChoice::Valid => PaddingMode::Valid,
    };
    let title = format!(
        "{kernel}\n\nstride {}, dilation {}, padding {}",
        args.stride,
        args.dilation,
        match padding {
            PaddingMode::Same => "same (zeros around the border)",
            PaddingMode::Valid => "valid (none)",
        }
    );
    let sum = kernel.sum();
    let levels = match (sum.abs() < 1e-3, (sum - 1.0).abs() < 1e-3) {
        (true, _) => Levels::AroundZero,
        (_, true) => Levels::Grey,
        _ => Levels::Any,
    };
    let (stride, dilation) = (args.stride.into(), args.dilation.into());
    let operation = SlidingOperation::convolution(kernel, rank, padding, stride, dilation);
    run(&args.example, &input, &operation, &title, levels)
}

/// Pools the input.
pub fn pool(args: PoolArgs) -> Result<u8> {
    let input = read(&args.example.input)?;
    let (kind, name) = match args.kind {
        PoolChoice::Max => (OperationKind::MaxPool, "max"),
        PoolChoice::Average => (OperationKind::AveragePool, "average"),
    };
    let stride = args.stride.unwrap_or(args.size);
    let title = format!("{name} pooling, size {}, stride {stride}", args.size);
    let rank = input.grid.rank;
    let operation = SlidingOperation::pooling(kind, rank, args.size.into(), stride.into());
    run(&args.example, &input, &operation, &title, Levels::Grey)
}

/// What an operation makes of grey levels.
#[derive(Clone, Copy)]
enum Levels {
    /// Grey levels.
    Grey,
    /// Differences, as edges are: some below zero.
    AroundZero,
    Any,
}

fn run(
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
        explain(&input.grid, &output, operation, at)?;
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
    replaceable(out)?;
    let same = |a: &Path, b: &Path| matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b);
    if same(out, input) {
        bail!("--out {} is the input; choose another name", out.display());
    }
    match out.parent() {
        Some(folder) if folder != Path::new("") && !folder.is_dir() => bail!(
            "--out {}: there is no folder {}; make it first",
            out.display(),
            folder.display()
        ),
        _ => Ok(()),
    }
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

/// Terms that are printed.
const MOST_TERMS: usize = 200;

/// The arithmetic of one output value, term by term.
fn explain(input: &Grid, output: &Grid, operation: &SlidingOperation, at: &[usize]) -> Result<()> {
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
