//! `convlab convolve`

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::worked_example::{self, Levels, WorkedExampleArgs};
use crate::operations::{Kernel, PaddingMode, SlidingOperation, read};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum PaddingChoice {
    /// Zeros around the border; with stride 1 the output has the input's size
    #[default]
    Same,
    /// No padding: the kernel stays inside the input
    Valid,
}

#[derive(Debug, Args)]
pub struct ConvolveArgs {
    #[command(flatten)]
    pub example: WorkedExampleArgs,
    /// sharpen, edge-x, edge-y, laplacian, emboss, blur, or weights such as "0 -1 0; -1 5 -1; 0 -1 0"
    #[arg(long, allow_hyphen_values = true)]
    pub kernel: String,
    /// How the border is padded
    #[arg(long, value_enum, default_value_t)]
    pub padding: PaddingChoice,
    /// Distance from one position of the kernel to the next
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub stride: u16,
    /// Distance from one weight of the kernel to the next
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub dilation: u16,
}

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
