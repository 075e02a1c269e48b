//! Ctrl-C (SIGINT) and SIGTERM: the first ends a training after the batch under way, the second ends
//! the program.

use std::io::stdout;
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once};

use burn::train::Interrupter;
use crossterm::cursor::Show;
use crossterm::execute;
use crossterm::terminal::{LeaveAlternateScreen, disable_raw_mode};

use super::messages::tell;
use crate::sync::lock;

static RECEIVED: AtomicBool = AtomicBool::new(false);
static DEFERRED: AtomicBool = AtomicBool::new(false);
static INSTALL: Once = Once::new();
static TRAINING: Mutex<Option<StoppableTraining>> = Mutex::new(None);

/// Exit status of a program ended by a signal, as shells count (128 + SIGINT).
pub const INTERRUPTED: u8 = 130;

/// What a signal interrupts.
struct StoppableTraining {
    interrupter: Interrupter,
    resume_command: String,
}

/// From here on a signal ends the program with [`INTERRUPTED`], as long as there is nothing to save.
pub fn install() {
    INSTALL.call_once(|| {
        if let Err(error) = ctrlc::set_handler(on_signal) {
            log::warn!("signals end the program at once: {error}");
        }
    });
}

/// Whether a signal has arrived.
pub fn received() -> bool {
    RECEIVED.load(Ordering::Relaxed)
}

/// A guard: while it exists, the first signal only makes [`received`] true, and the second ends the
/// program.
#[must_use]
pub struct Deferred(());

/// Defers signals while the guard exists, for a task that asks [`received`] and stops by itself.
pub fn defer() -> Deferred {
    DEFERRED.store(true, Ordering::Relaxed);
    Deferred(())
}

impl Drop for Deferred {
    fn drop(&mut self) {
        DEFERRED.store(false, Ordering::Relaxed);
    }
}

/// A guard: while it exists, the first signal stops a training, and the second ends the program.
#[must_use]
pub struct StopsTraining(());

/// While the guard exists, the first signal stops the training of `interrupter` (at once where one
/// has arrived already), and the second prints `resume_command` and ends the program. The guard may
/// outlive the training: what follows it asks [`received`].
pub fn stop_training(interrupter: &Interrupter, resume_command: &str) -> StopsTraining {
    let mut training = lock(&TRAINING);
    if received() {
        interrupter.stop(Some("signal"));
    }
    *training = Some(StoppableTraining {
        interrupter: interrupter.clone(),
        resume_command: resume_command.into(),
    });
    StopsTraining(())
}

impl Drop for StopsTraining {
    fn drop(&mut self) {
        *lock(&TRAINING) = None;
    }
}

fn on_signal() {
    let training = lock(&TRAINING);
    let again = RECEIVED.swap(true, Ordering::Relaxed);
    match training.as_ref() {
        Some(training) if !again => training.interrupter.stop(Some("signal")),
        Some(training) => {
            // The dashboard may have taken the terminal over.
            let _ = disable_raw_mode();
            let _ = execute!(stdout(), LeaveAlternateScreen, Show);
            tell(format!(
                "interrupted; continue with: {}",
                training.resume_command
            ));
            exit(INTERRUPTED.into())
        }
        None if !again && DEFERRED.load(Ordering::Relaxed) => {}
        None => exit(INTERRUPTED.into()),
    }
}
