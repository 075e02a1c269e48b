//! What a person or a program sees of a training: `--ui`.

use std::io::{IsTerminal, stderr, stdout};
use std::sync::Arc;

use burn::train::Interrupter;
use clap::ValueEnum;

use super::bars::Bars;
use super::dashboard::Dashboard;
use super::json_lines::JsonLines;
use super::plain_lines::PlainLines;
use crate::training::TrainingObserver;

/// `--ui`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum UiChoice {
    /// Burn's dashboard in a terminal, plain lines elsewhere
    #[default]
    Auto,
    /// Burn's dashboard
    Tui,
    /// One line per epoch, with a progress bar in a terminal
    Plain,
    /// One JSON object per epoch on stdout
    Json,
    /// Nothing
    None,
}

/// A display that was decided on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrainingDisplay {
    Tui,
    Plain,
    Json,
    None,
}

/// `--ui tui` needs a terminal.
#[derive(Debug, thiserror::Error)]
#[error("--ui tui needs a terminal for stdout and stderr; use --ui plain or --ui json here")]
pub struct NoTerminal;

impl UiChoice {
    /// Decides `auto`.
    ///
    /// # Errors
    /// The dashboard is asked for where there is no terminal.
    pub fn resolve(self) -> Result<TrainingDisplay, NoTerminal> {
        let capable =
            std::env::var_os("TERM").is_some_and(|term| !term.is_empty() && term != "dumb");
        let terminal =
            stdout().is_terminal() && stderr().is_terminal() && (capable || cfg!(windows));
        match self {
            UiChoice::Tui if !terminal => Err(NoTerminal),
            UiChoice::Auto if !terminal => Ok(TrainingDisplay::Plain),
            UiChoice::Auto | UiChoice::Tui => Ok(TrainingDisplay::Tui),
            UiChoice::Plain => Ok(TrainingDisplay::Plain),
            UiChoice::Json => Ok(TrainingDisplay::Json),
            UiChoice::None => Ok(TrainingDisplay::None),
        }
    }
}

impl TrainingDisplay {
    /// Shows a training that stops through `interrupter`. All displays write notes and warnings on
    /// stderr.
    pub fn observer(self, interrupter: &Interrupter) -> Arc<dyn TrainingObserver> {
        match self {
            TrainingDisplay::Tui => Arc::new(Dashboard::new(interrupter)),
            TrainingDisplay::Plain => Arc::new(PlainLines::default()),
            TrainingDisplay::Json => Arc::new(JsonLines),
            TrainingDisplay::None => Arc::new(Bars::default()),
        }
    }
}
