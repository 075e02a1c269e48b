//! `convlab pool`

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::worked_example::{self, Levels, WorkedExampleArgs};
use crate::operations::{OperationKind, SlidingOperation, read};

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

/// Pools the input.
pub fn run(args: &PoolArgs) -> Result<u8> {
    let input = read(&args.example.input)?;
    let (kind, name) = match args.kind {
        PoolChoice::Max => (OperationKind::MaxPool, "max"),
        PoolChoice::Average => (OperationKind::AveragePool, "average"),
    };
    let stride = args.stride.unwrap_or(args.size);
    let title = format!("{name} pooling, size {}, stride {stride}", args.size);
    let rank = input.grid.rank;
    let operation = SlidingOperation::pooling(kind, rank, args.size.into(), stride.into());
    worked_example::run(&args.example, &input, &operation, &title, Levels::Grey)
}
