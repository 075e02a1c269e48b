//! `convlab convolve` and `convlab pool`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum PoolChoice {
    /// The largest value of each window
    #[default]
    Max,
    /// The mean of each window
    Average,
}

#[derive(Debug, Args)]
pub struct PoolArgs {
    #[command(flatten)]
    pub example: WorkedExampleArgs,
    /// What is kept of each window
    #[arg(long, value_enum, default_value_t)]
    pub kind: PoolChoice,
    /// Side length of a window
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..))]
    pub size: u16,
    /// Distance from one window to the next [default: the size]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub stride: Option<u16>,
}
