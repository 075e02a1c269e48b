//! The command line as typed, a file for each command; [`commands`](crate::commands) turns it into
//! work.

mod common;
mod data;
mod evaluate;
mod inspect;
mod models;
mod predict;
mod prepare;
mod report;
mod train;
mod worked_example;

use std::sync::OnceLock;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

pub use common::{DataDirArgs, DeviceArgs, WeightsDirArgs};
pub use data::{CheckArgs, DataArgs, DataCommand, ExperimentArgs, PreviewArgs, ShowArgs};
pub use evaluate::{EvaluateArgs, SplitChoice};
pub use inspect::{
    EmbeddingsArgs, ExplainArgs, FiltersArgs, InspectCommand, JourneyArgs, ProjectionChoice,
};
pub use models::ModelsArgs;
pub use predict::{Format, PredictArgs};
pub use prepare::PrepareArgs;
pub use report::ReportArgs;
pub use train::TrainArgs;
pub use worked_example::{ConvolveArgs, PaddingChoice, PoolArgs, PoolChoice, WorkedExampleArgs};

use crate::device;

/// Train convolutional image classifiers, and use them.
#[derive(Debug, Parser)]
#[command(name = "convlab", version = version(), arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

/// Version and compiled backends.
fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let backends = device::compiled().join(", ");
        format!("{} (backends: {backends})", env!("CARGO_PKG_VERSION"))
    })
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train a network; without a configuration, the built-in quickstart
    Train(TrainArgs),
    /// Measure a trained network on a split of its data
    Evaluate(EvaluateArgs),
    /// Classify pictures with a trained network
    Predict(PredictArgs),
    /// Apply the preprocessing steps of a configuration to pictures
    Prepare(PrepareArgs),
    /// Look inside a trained network
    #[command(subcommand)]
    Inspect(InspectCommand),
    /// Write an HTML report on a run, or on how several runs compare
    Report(ReportArgs),
    /// Convolve a picture or numbers with a kernel
    Convolve(ConvolveArgs),
    /// Pool a picture or numbers
    Pool(PoolArgs),
    /// List the networks, or describe one layer by layer
    Models(ModelsArgs),
    /// List the data sets, look at one, or download one
    Data(DataArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell to complete in
        shell: Shell,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
