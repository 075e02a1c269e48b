//! SIGINT and SIGTERM end a training after the batch under way; a second one ends the program.

use std::io::stdout;
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};

use burn::train::Interrupter;
use crossterm::cursor::Show;
use crossterm::execute;
use crossterm::terminal::{LeaveAlternateScreen, disable_raw_mode};

use crate::terminal::tell;

static ASKED: AtomicBool = AtomicBool::new(false);
static PATIENT: AtomicBool = AtomicBool::new(false);
static INSTALL: Once = Once::new();
static UNDER_WAY: Mutex<Option<UnderWay>> = Mutex::new(None);

/// Exit status of a program ended by a signal, as shells count (128 + SIGINT).
pub const INTERRUPTED: u8 = 130;

/// What a signal interrupts.
struct UnderWay {
    interrupter: Interrupter,
    resume: String,
}

/// From here on a signal ends the program with status 130; before a training there is nothing to
/// save.
pub fn install() {
    INSTALL.call_once(|| {
        if let Err(error) = ctrlc::set_handler(on_signal) {
            log::warn!("signals end the program at once: {error}");
        }
    });
}

/// From here on a signal stops the training of `interrupter`; a second one ends the program and
/// prints the command `resume`.
pub fn stop_on_signal(interrupter: &Interrupter, resume: &str) {
    let under_way = UnderWay {
        interrupter: interrupter.clone(),
        resume: resume.into(),
    };
    *UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner) = Some(under_way);
}

/// While this lives, the first signal only makes [`asked`] true, and the second ends the program.
pub struct Patience(());

/// Begins to ask first.
pub fn ask_first() -> Patience {
    PATIENT.store(true, Ordering::Relaxed);
    Patience(())
}

impl Drop for Patience {
    fn drop(&mut self) {
        PATIENT.store(false, Ordering::Relaxed);
    }
}

/// Whether a signal has arrived.
pub fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

fn on_signal() {
    let again = ASKED.swap(true, Ordering::Relaxed);
    let under_way = UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner);
    match under_way.as_ref() {
        Some(under_way) if !again => under_way.interrupter.stop(Some("signal")),
        Some(under_way) => {
            // The dashboard may have taken the terminal over.
            let _ = disable_raw_mode();
            let _ = execute!(stdout(), LeaveAlternateScreen, Show);
            tell(format!("interrupted; continue with: {}", under_way.resume));
            exit(INTERRUPTED.into())
        }
        None if !again && PATIENT.load(Ordering::Relaxed) => {}
        None => exit(INTERRUPTED.into()),
    }
}
