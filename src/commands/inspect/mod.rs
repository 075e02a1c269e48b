//! `convlab inspect`

mod embeddings;
mod explain;
mod filters;
mod journey;

use anyhow::Result;

use crate::cli::InspectCommand;

/// Looks into a run.
pub fn run(command: InspectCommand) -> Result<u8> {
    match command {
        InspectCommand::Journey(args) => journey::run(&args),
        InspectCommand::Filters(args) => filters::run(&args),
        InspectCommand::Explain(args) => explain::run(&args),
        InspectCommand::Embeddings(args) => embeddings::run(&args),
    }
}
