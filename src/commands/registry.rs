//! The subcommands: one entry each, from which the command line and its help derive.

use std::sync::OnceLock;

use anyhow::Result;
use clap::{Parser, Subcommand};

use super::completions::{self, CompletionsArgs};
use super::configs::{self, ConfigsArgs};
use super::convolve::{self, ConvolveArgs};
use super::data::{self, DataArgs};
use super::evaluate::{self, EvaluateArgs};
use super::inspect::{self, InspectArgs};
use super::man::{self, ManArgs};
use super::models::{self, ModelsArgs};
use super::pool::{self, PoolArgs};
use super::predict::{self, PredictArgs};
use super::prepare::{self, PrepareArgs};
use super::reference::{self, ReferenceArgs};
use super::report::{self, ReportArgs};
use super::train::{self, TrainArgs};
use crate::device;

/// Train convolutional image classifiers, and use them.
#[derive(Debug, Parser)]
#[command(name = "convlab", version = version(), arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Version, compiled backends, and what they make of this CPU.
fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let backends = device::compiled().join(", ");
        let vectors = device::vector_instructions();
        format!(
            "{} (backends: {backends}; vector instructions: {vectors})",
            env!("CARGO_PKG_VERSION")
        )
    })
}

/// Declares the subcommands, in the order of the help.
macro_rules! registry {
    ($($(#[$help:meta])+ $command:ident($module:ident, $args:ident);)+) => {
        #[derive(Debug, Subcommand)]
        enum Command {
            $($(#[$help])+ $command($args),)+
        }

        /// Carries out the command and gives its exit status.
        ///
        /// # Errors
        /// What kept the command from its work.
        pub fn run(cli: &Cli) -> Result<u8> {
            match &cli.command {
                $(Command::$command(args) => $module::run(args),)+
            }
        }
    };
}

registry! {
    /// Train a network; without a configuration, the built-in quickstart
    Train(train, TrainArgs);
    /// Measure a trained network on a split of its data
    Evaluate(evaluate, EvaluateArgs);
    /// Classify pictures with a trained network
    Predict(predict, PredictArgs);
    /// Apply the preprocessing steps of a configuration to pictures
    Prepare(prepare, PrepareArgs);
    /// Look inside a trained network
    Inspect(inspect, InspectArgs);
    /// Write an HTML report on a run, or on how several runs compare
    Report(report, ReportArgs);
    /// Convolve a picture or numbers with a kernel
    Convolve(convolve, ConvolveArgs);
    /// Pool a picture or numbers
    Pool(pool, PoolArgs);
    /// List the networks, or describe one layer by layer
    Models(models, ModelsArgs);
    /// List the data sets, look at one, or download one
    Data(data, DataArgs);
    /// List the example configurations, print one, or write them as files
    Configs(configs, ConfigsArgs);
    /// Explain the keys of a configuration: values, defaults, meaning
    Reference(reference, ReferenceArgs);
    /// Print a completion script for a shell
    Completions(completions, CompletionsArgs);
    /// Print the manual page, or write those of all commands
    Man(man, ManArgs);
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
