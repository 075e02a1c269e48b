//! SIGINT and SIGTERM end a training after the batch under way; a second one ends the program.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once};

use burn::train::Interrupter;

static ASKED: AtomicBool = AtomicBool::new(false);
static INSTALL: Once = Once::new();
static CURRENT: Mutex<Option<Interrupter>> = Mutex::new(None);

/// Exit status of a program ended by a signal, as shells count (128 + SIGINT).
pub const INTERRUPTED: i32 = 130;

/// Stops the training of `interrupter` when a signal arrives.
pub fn stop_on_signal(interrupter: &Interrupter) {
    if let Ok(mut current) = CURRENT.lock() {
        *current = Some(interrupter.clone());
    }
    INSTALL.call_once(|| {
        let installed = ctrlc::set_handler(|| {
            if ASKED.swap(true, Ordering::Relaxed) {
                std::process::exit(INTERRUPTED);
            }
            if let Ok(current) = CURRENT.lock()
                && let Some(interrupter) = current.as_ref()
            {
                interrupter.stop(Some("signal"));
            }
        });
        if let Err(error) = installed {
            log::warn!("signals end the program at once: {error}");
        }
    });
}
