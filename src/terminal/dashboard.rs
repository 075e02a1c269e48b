//! Burn's dashboard of a training.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use burn::train::renderer::MetricsRenderer;
use burn::train::{Interrupter, LearnerSummary};
use burn_train::logger::{EvaluationProgressLogger, TrainingProgressLogger};
use burn_train::metric::MetricDefinition;
use burn_train::renderer::tui::TuiMetricsRendererWrapper;
use burn_train::renderer::{
    EvaluationName, MetricState, MetricsRendererEvaluation, MetricsRendererTraining,
};

use super::messages::{tell, warn};
use crate::progress::Progress;
use crate::training::TrainingObserver;

/// Shows a training in Burn's dashboard.
pub struct Dashboard {
    interrupter: Interrupter,
    killed: Arc<AtomicBool>,
}

impl Dashboard {
    /// A dashboard whose user can stop a training through `interrupter`, and cancel it.
    pub fn new(interrupter: &Interrupter) -> Self {
        Self {
            interrupter: interrupter.clone(),
            killed: Arc::default(),
        }
    }
}

impl Progress for Dashboard {
    fn note(&self, text: &str) {
        tell(text);
    }

    fn warn(&self, text: &str) {
        warn(text);
    }

    fn is_cancelled(&self) -> bool {
        self.killed.load(Ordering::Relaxed)
    }
}

impl TrainingObserver for Dashboard {
    fn renderer(&self, epochs_done: usize) -> Option<Box<dyn MetricsRenderer>> {
        let checkpoint = (epochs_done > 0).then_some(epochs_done);
        let burn = TuiMetricsRendererWrapper::new(self.interrupter.clone(), checkpoint);
        Some(Box::new(KillSwitch::new(burn, self.killed.clone())))
    }
}

/// Notices that the user of a renderer kills the training.
///
/// Burn 0.22.1 has no value for that: its renderer panics in whatever call comes next, on the thread
/// that processes metrics, and in every call after that. It panics in none for another reason, so a
/// panic within a call is the user's wish; it becomes `killed`, and the renderer is left alone.
struct KillSwitch<R> {
    /// `None` once the training is killed.
    renderer: Option<R>,
    killed: Arc<AtomicBool>,
}

impl<R> KillSwitch<R> {
    fn new(renderer: R, killed: Arc<AtomicBool>) -> Self {
        Self {
            renderer: Some(renderer),
            killed,
        }
    }

    /// Calls the renderer while the training is not killed.
    fn call<T>(&mut self, call: impl FnOnce(&mut R) -> T) -> Option<T> {
        let mut renderer = self.renderer.take()?;
        match catch_unwind(AssertUnwindSafe(|| call(&mut renderer))) {
            Ok(result) => {
                self.renderer = Some(renderer);
                Some(result)
            }
            Err(_) => {
                // To drop it is another of its calls that panics.
                std::mem::forget(renderer);
                self.killed.store(true, Ordering::Relaxed);
                None
            }
        }
    }
}

impl<R> Drop for KillSwitch<R> {
    fn drop(&mut self) {
        // A training killed now has come to its end.
        let renderer = self.renderer.take();
        let _ = catch_unwind(AssertUnwindSafe(|| drop(renderer)));
    }
}

impl<R: MetricsRenderer> MetricsRendererTraining for KillSwitch<R> {
    fn update_train(&mut self, state: MetricState) {
        self.call(|renderer| renderer.update_train(state));
    }

    fn update_valid(&mut self, state: MetricState) {
        self.call(|renderer| renderer.update_valid(state));
    }

    fn on_train_end(
        &mut self,
        summary: Option<LearnerSummary>,
    ) -> Result<(), Box<dyn std::error::Error>> {
        self.call(|renderer| renderer.on_train_end(summary))
            .unwrap_or(Ok(()))
    }
}

impl<R: MetricsRenderer> MetricsRendererEvaluation for KillSwitch<R> {
    fn update_test(&mut self, name: EvaluationName, state: MetricState) {
        self.call(|renderer| renderer.update_test(name, state));
    }

    fn on_test_end(
        &mut self,
        summary: Option<LearnerSummary>,
    ) -> Result<(), Box<dyn std::error::Error>> {
        self.call(|renderer| renderer.on_test_end(summary))
            .unwrap_or(Ok(()))
    }
}

impl<R: MetricsRenderer> TrainingProgressLogger for KillSwitch<R> {
    fn start(
        &mut self,
        total_epochs: usize,
        starting_epoch: usize,
        total_items: Option<usize>,
        label: Option<&str>,
    ) {
        self.call(|renderer| renderer.start(total_epochs, starting_epoch, total_items, label));
    }

    fn update_epoch(&mut self, epoch: usize) {
        self.call(|renderer| renderer.update_epoch(epoch));
    }

    fn start_split(&mut self, split: &str, total_items: usize) {
        self.call(|renderer| renderer.start_split(split, total_items));
    }

    fn update_split(&mut self, items_processed: usize) {
        self.call(|renderer| renderer.update_split(items_processed));
    }

    fn end_split(&mut self) {
        self.call(R::end_split);
    }

    fn end(&mut self) {
        self.call(R::end);
    }

    fn log_event_training(&mut self, event: String) {
        self.call(|renderer| renderer.log_event_training(event));
    }
}

impl<R: MetricsRenderer> EvaluationProgressLogger for KillSwitch<R> {
    fn start_global_progress(&mut self, total_tests: usize) {
        self.call(|renderer| renderer.start_global_progress(total_tests));
    }

    fn start_test(&mut self, name: &str, total_items: usize) {
        self.call(|renderer| renderer.start_test(name, total_items));
    }

    fn update_test_progress(&mut self, items_processed: usize) {
        self.call(|renderer| renderer.update_test_progress(items_processed));
    }

    fn end_test(&mut self) {
        self.call(R::end_test);
    }

    fn end_global_progress(&mut self) {
        self.call(R::end_global_progress);
    }

    fn log_event_evaluation(&mut self, event: String) {
        self.call(|renderer| renderer.log_event_evaluation(event));
    }
}

impl<R: MetricsRenderer> MetricsRenderer for KillSwitch<R> {
    fn manual_close(&mut self) {
        self.call(R::manual_close);
    }

    fn register_metric(&mut self, definition: MetricDefinition) {
        self.call(|renderer| renderer.register_metric(definition));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Panics in every call and when it is dropped, as Burn's does once it is killed.
    struct Killed;

    impl Killed {
        fn call(&mut self) {
            panic!("killed");
        }
    }

    impl Drop for Killed {
        fn drop(&mut self) {
            self.call();
        }
    }

    #[test]
    fn a_renderer_that_panics_is_a_killed_training() {
        let killed = Arc::new(AtomicBool::new(false));
        let mut switch = KillSwitch::new(Killed, killed.clone());
        assert!(!killed.load(Ordering::Relaxed));
        assert_eq!(switch.call(Killed::call), None);
        assert!(killed.load(Ordering::Relaxed));
        assert_eq!(switch.call(|_| "called again"), None);
    }

    #[test]
    fn a_renderer_that_panics_when_it_is_dropped_harms_nobody() {
        drop(KillSwitch::new(Killed, Arc::default()));
    }

    #[test]
    fn calls_reach_a_renderer_that_is_alive() {
        let killed = Arc::new(AtomicBool::new(false));
        let mut switch = KillSwitch::new(vec![1], killed.clone());
        assert_eq!(switch.call(|values| values.len()), Some(1));
        assert_eq!(switch.call(|values| values.pop()), Some(Some(1)));
        assert!(!killed.load(Ordering::Relaxed));
    }
}
