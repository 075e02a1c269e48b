//! `convlab pool`

use anyhow::Result;

use super::worked_example::{self, Levels};
use crate::cli::{PoolArgs, PoolChoice};
use crate::operations::{OperationKind, SlidingOperation, read};

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
