//! A run: its folder, what is in it, and what can be done with it: training, evaluating, predicting,
//! explaining. Nothing here prints; a command, a server or a test does with the results what it likes.
//!
//! Each file of a run is written and read by one type: `config.toml` by
//! [`Experiment`](crate::experiment::Experiment), `model.json` by [`ModelCard`], `summary.json` by
//! [`Summary`], `evaluation.json` by [`Evaluation`](crate::evaluation::Evaluation), and weights,
//! history and checkpoints by [`training`](crate::training).

mod activations;
mod card;
mod config;
mod dataset;
mod embeddings;
mod error;
mod evaluate;
mod explain;
mod folder;
mod images;
mod opened;
mod predict;
mod published;
mod summary;
mod train;
mod version;

pub use card::ModelCard;
pub use config::values as config_values;
pub use dataset::{check_data, open_dataset};
pub use embeddings::{EmbeddingPlot, Projection};
pub use error::{DataIdentity, RunError};
pub use evaluate::SplitName;
pub use explain::Explanation;
pub use folder::{CONFIG, DATA_CHECK, EVALUATION, MODEL, RunFolder, SUMMARY};
pub use images::{check_indices, own_image, test_images, training_images_in_turn};
pub use opened::OpenedRun;
pub use predict::{ClassProbability, PredictOptions, Prediction, Predictor};
pub use summary::{Summary, TestFigures};
pub use train::{
    EndedRun, PreparedRun, Session, StartedRun, TestedRun, TrainedRun, TrainingOptions,
};
