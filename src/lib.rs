//! Train convolutional image classifiers on Burn, and look into them.
//!
//! The rooms of the program, in the order the data flows. Each uses only those before it; a test
//! holds that order.
//!
//! - [`text`]: numbers, lists and hints in words
//! - [`progress`]: what a long task tells whoever watches it
//! - [`sync`]: locks between threads
//! - [`storage`]: files that are whole or not there, locks, folders
//! - [`fingerprint`]: SHA-256 over decoded content
//! - [`drawing`]: text, enlarged images and tiles
//! - [`pixels`]: shape, colours and size of images, JPEG files
//! - [`random`]: draws from the normal and the beta distribution
//! - [`preparation`]: the steps that an image goes through before a network sees it
//! - [`augmentation`]: random changes of training images
//! - [`download`]: published files and archives
//! - [`data`]: decoding, sources, catalogue, drawn data sets, splits, checks
//! - [`picture_files`]: pictures that a user names, and preparing them into a folder
//! - [`batching`]: batches of images on a device
//! - [`operations`]: convolution and pooling by hand, without a network
//! - [`weights`]: files of published weights
//! - [`device`]: what computes
//! - [`models`]: the networks and their layers
//! - [`experiment`]: the configuration
//! - [`loss`]: the loss of logits
//! - [`features`]: what a network makes of images, kept on disk
//! - [`training`]: the loop, optimizers, schedules, stopping, checkpoints
//! - [`evaluation`]: metrics, calibration, tests of significance
//! - [`gradient`]: the gradient of any objective with respect to images
//! - [`inspection`]: what each layer makes of an image
//! - [`explanation`]: which pixels matter
//! - [`embedding`]: the last features on a plane
//! - [`run`]: a run: its files, training, evaluation, prediction, explanation
//! - [`report`]: the page about a run, or several
//! - [`terminal`]: dashboard, bars and lines for people who watch; Ctrl-C
//! - [`commands`]: the command line, one file for each subcommand
//!
//! Two steps of a training on drawn images, without the command line:
//!
//! ```
//! use std::sync::Arc;
//!
//! use burn::train::Interrupter;
//! use convlab::device::DeviceChoice;
//! use convlab::experiment;
//! use convlab::run::{StartedRun, TrainingOptions};
//!
//! // Two batches of 32 images, none of them kept for validation.
//! let settings = [
//!     "model.name=lenet5",
//!     "data.train_images=64",
//!     "data.valid_fraction=0",
//!     "training.batch_size=32",
//!     "training.epochs=1",
//! ];
//! let experiment = experiment::load(None, &settings.map(String::from))?;
//! let folder = tempfile::tempdir()?;
//! let options = TrainingOptions {
//!     device: DeviceChoice::cpu(),
//!     artifacts: folder.path().into(),
//!     name: Some("two-steps".into()),
//!     ..TrainingOptions::default()
//! };
//!
//! // `()` watches nothing; see `progress::Progress` and `training::TrainingObserver`.
//! let prepared = StartedRun::new(experiment, &options, &())?.prepare(&())?;
//! let trained = prepared.train(Arc::new(()), &Interrupter::new())?.finish(&())?;
//! assert_eq!(trained.summary.epochs_run, 1);
//! assert!(folder.path().join("two-steps/model.safetensors").exists());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![recursion_limit = "256"]

pub mod augmentation;
pub mod batching;
pub mod commands;
pub mod data;
pub mod device;
pub mod download;
pub mod drawing;
pub mod embedding;
pub mod evaluation;
pub mod experiment;
pub mod explanation;
pub mod features;
pub mod fingerprint;
pub mod gradient;
pub mod inspection;
pub mod loss;
pub mod models;
pub mod operations;
pub mod picture_files;
pub mod pixels;
pub mod preparation;
pub mod progress;
pub mod random;
pub mod report;
pub mod run;
pub mod storage;
pub mod sync;
pub mod terminal;
pub mod text;
pub mod training;
pub mod weights;

#[cfg(test)]
mod reference;
