//! What a person or a program sees of a training.

mod quiet;

use std::io::{IsTerminal, Write, stderr, stdout};

use burn::train::Interrupter;
use burn::train::renderer::MetricsRenderer;
use burn_train::renderer::tui::TuiMetricsRendererWrapper;
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::history::EpochRecord;
use crate::experiment::Metric;
use crate::terminal::tell;
use quiet::QuietRenderer;

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
pub enum Display {
    Tui,
    Plain,
    Json,
    None,
}

/// `--ui tui` needs a terminal.
#[derive(Debug, thiserror::Error)]
#[error("--ui tui needs a terminal for stdout and stderr; use --ui plain or --ui json here")]
pub struct NoTerminal;

/// What is known before the first epoch.
pub struct Plan {
    pub epochs: usize,
    pub train_images: usize,
    pub monitor: Metric,
}

/// The way chosen to show a training.
pub enum Ui {
    /// The dashboard, or nothing, shows it.
    Silent,
    Plain(Plan, ProgressBar),
    Json,
}

impl UiChoice {
    /// Decides `auto`.
    ///
    /// # Errors
    /// The dashboard is asked for where there is no terminal.
    pub fn resolve(self) -> Result<Display, NoTerminal> {
        let capable =
            std::env::var_os("TERM").is_some_and(|term| !term.is_empty() && term != "dumb");
        let terminal =
            stdout().is_terminal() && stderr().is_terminal() && (capable || cfg!(windows));
        match self {
            UiChoice::Tui if !terminal => Err(NoTerminal),
            UiChoice::Auto if !terminal => Ok(Display::Plain),
            UiChoice::Auto | UiChoice::Tui => Ok(Display::Tui),
            UiChoice::Plain => Ok(Display::Plain),
            UiChoice::Json => Ok(Display::Json),
            UiChoice::None => Ok(Display::None),
        }
    }
}

impl Display {
    /// The way to show it and the renderer Burn reports to; `done` epochs lie behind a resumed run.
    pub fn open(
        self,
        plan: Plan,
        interrupter: &Interrupter,
        done: usize,
    ) -> (Ui, Box<dyn MetricsRenderer>) {
        let quiet = || Box::new(QuietRenderer) as Box<dyn MetricsRenderer>;
        match self {
            Display::Tui => {
                let checkpoint = (done > 0).then_some(done);
                let dashboard = TuiMetricsRendererWrapper::new(interrupter.clone(), checkpoint);
                (Ui::Silent, Box::new(dashboard))
            }
            Display::Json => (Ui::Json, quiet()),
            Display::None => (Ui::Silent, quiet()),
            Display::Plain => {
                let images = plan.train_images as u64;
                let bar = ProgressBar::with_draw_target(Some(images), ProgressDrawTarget::stderr());
                let template = "epoch {msg} {bar:30} {pos}/{len} images, {per_sec}, {eta} left";
                if let Ok(style) = ProgressStyle::with_template(template) {
                    bar.set_style(style);
                }
                (Ui::Plain(plan, bar), quiet())
            }
        }
    }
}

impl Ui {
    /// A batch is done; `images` of the epoch lie behind.
    pub fn batch(&mut self, epoch: usize, images: usize) {
        if let Ui::Plain(plan, bar) = self {
            if bar.position() > images as u64 {
                bar.reset();
            }
            bar.set_message(format!("{epoch}/{}", plan.epochs));
            bar.set_position(images as u64);
        }
    }

    /// An epoch is done.
    pub fn epoch(&mut self, record: &EpochRecord, best: bool) {
        match self {
            Ui::Silent => {}
            Ui::Plain(plan, bar) => bar.suspend(|| tell(line(plan, record, best))),
            Ui::Json => {
                // A reader that has gone away does not end the training.
                if let Ok(text) = serde_json::to_string(record) {
                    let _ = writeln!(stdout(), "{text}");
                }
            }
        }
    }

    /// The training has ended.
    pub fn close(&mut self) {
        if let Ui::Plain(_, bar) = self {
            bar.finish_and_clear();
        }
    }
}

fn line(plan: &Plan, record: &EpochRecord, best: bool) -> String {
    let width = plan.epochs.to_string().len();
    let valid = match record.valid() {
        Some(valid) => format!(
            "  valid loss {:.4} accuracy {:.2}%",
            valid.loss,
            100.0 * valid.accuracy
        ),
        None => String::new(),
    };
    format!(
        "epoch {:>width$}/{}  train loss {:.4} accuracy {:.2}%{valid}  lr {:.2e}  {:.0} images/s{}",
        record.epoch,
        plan.epochs,
        record.train_loss,
        100.0 * record.train_accuracy,
        record.learning_rate,
        record.images_per_second,
        if best {
            format!("  best {}", plan.monitor.name())
        } else {
            String::new()
        },
    )
}
