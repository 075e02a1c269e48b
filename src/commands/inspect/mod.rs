//! `convlab inspect`

mod embeddings;
mod explain;
mod filters;
mod journey;

use anyhow::Result;
use clap::{Args, Subcommand};

use embeddings::EmbeddingsArgs;
use explain::ExplainArgs;
use filters::FiltersArgs;
use journey::JourneyArgs;

#[derive(Debug, Args)]
pub struct InspectArgs {
    #[command(subcommand)]
    command: InspectCommand,
}

#[derive(Debug, Subcommand)]
enum InspectCommand {
    /// Show the activations of every layer for some images
    Journey(JourneyArgs),
    /// Show which pixels matter for a class, and check whether such maps are faithful
    Explain(ExplainArgs),
    /// Plot the penultimate features of test images by PCA or t-SNE
    Embeddings(EmbeddingsArgs),
    /// Draw the kernels of the first convolution, and the images that activate later filters most
    Filters(FiltersArgs),
}

/// Looks into a run.
pub fn run(args: &InspectArgs) -> Result<u8> {
    match &args.command {
        InspectCommand::Journey(args) => journey::run(args),
        InspectCommand::Explain(args) => explain::run(args),
        InspectCommand::Embeddings(args) => embeddings::run(args),
        InspectCommand::Filters(args) => filters::run(args),
    }
}
