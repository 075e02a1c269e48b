//! What does not change while a training runs.

use std::path::PathBuf;
use std::sync::Arc;

use burn::train::{TrainLoader, ValidLoader};

use super::classifier::Classifier;
use super::freezing::Freezing;
use super::schedule::Schedule;
use crate::batching::Position;
use crate::experiment::{Metric, TrainingConfig};
use crate::models::Chain;

/// What the training loop works by.
pub struct LoopSettings {
    pub config: TrainingConfig,
    /// The figure that decides which epoch is best.
    pub monitor: Metric,
    pub schedule: Schedule,
    /// Tells the loader of shuffled batches which epoch and batch come next.
    pub position: Arc<Position>,
    /// Images of an epoch, for those who watch.
    pub images_per_epoch: usize,
    /// The run's folder.
    pub folder: PathBuf,
    /// Which layers are trained in which epoch; all in every one where there is none.
    pub freezing: Option<Freezing>,
    /// Layers before those that are trained.
    pub frozen_layers: Option<Chain>,
    pub head_phase: Option<HeadPhase>,
}

/// First epochs, in which the head alone learns, from features that are kept.
pub struct HeadPhase {
    pub epochs: usize,
    pub train: TrainLoader<Classifier>,
    pub valid: ValidLoader<Classifier>,
}

impl LoopSettings {
    /// The head phase, if `epoch` belongs to it.
    pub fn head_phase_of(&self, epoch: usize) -> Option<&HeadPhase> {
        let phase = self.head_phase.as_ref();
        phase.filter(|phase| epoch <= phase.epochs)
    }
}
