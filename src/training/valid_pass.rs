//! One pass over the validation images.

use burn::data::dataloader::DataLoader;
use burn::train::{InferenceStep, LearnerEvent, TrainingItem};

use super::classifier::Classifier;
use super::error::TrainError;
use super::events::Events;
use super::history::Figures;
use super::tally::Tally;
use crate::batching::ImageBatch;

/// What `model` gives for the images of `loader` after `epoch`; `events` hear of `total_items`.
///
/// # Errors
/// A batch cannot be read, the loss is not finite, the device failed, or the training was cancelled.
pub fn valid_pass(
    model: &Classifier,
    loader: &dyn DataLoader<ImageBatch>,
    (epoch, total_items): (usize, usize),
    events: &mut Events,
) -> Result<Figures, TrainError> {
    events.valid(LearnerEvent::StartSplit {
        epoch_number: epoch,
        total_items,
    })?;
    let mut tally = Tally::default();
    let mut batches = loader.iter();
    while let Some(batch) = batches.next() {
        events.check_cancelled()?;
        let batch = batch.map_err(|error| TrainError::Batch(error.to_string()))?;
        let output = InferenceStep::step(model, batch);
        tally.add(&output)?;
        let item = TrainingItem::new(output, batches.progress(), None, None);
        events.valid(LearnerEvent::ProcessedItem(item))?;
    }
    let sums = tally.read()?;
    events.valid(LearnerEvent::EndSplit(epoch))?;
    Ok(sums.means())
}
