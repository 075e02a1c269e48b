//! `convlab convolve`

use anyhow::Result;

use super::worked_example::{self, Levels};
use crate::cli::{ConvolveArgs, PaddingChoice};
use crate::operations::{Kernel, PaddingMode, SlidingOperation, read};

/// Convolves the input with a kernel.
pub fn run(args: &ConvolveArgs) -> Result<u8> {
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
    worked_example::run(&args.example, &input, &operation, &title, levels)
}
