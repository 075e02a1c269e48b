//! Train convolutional image classifiers on Burn, and use them.
//!
//! Modules in the order the data flows:
//! [`cli`] reads the command line and [`commands`] carries it out; [`experiment`] is the
//! configuration; [`data`] finds, draws, splits and batches images, [`preparation`] is what becomes of
//! them before a network sees them, and [`augmentation`] what changes them in training; [`models`]
//! holds the networks and [`kernels`] the operations that carry their time; [`weights`] opens what
//! others have trained;
//! [`backend`] opens the device; [`features`] keeps what a network makes of images; [`training`]
//! finds the weights; [`evaluation`] measures them and
//! [`inspection`] looks into them; [`artifacts`] keeps what a run leaves behind. [`operations`] are
//! convolution and pooling by hand, without a network.
#![recursion_limit = "256"]

pub mod artifacts;
pub mod augmentation;
pub mod batching;
pub mod cli;
pub mod commands;
pub mod data;
pub mod device;
pub mod download;
mod drawing;
pub mod embedding;
pub mod evaluation;
pub mod experiment;
pub mod explanation;
pub mod features;
pub mod fingerprint;
pub mod inspection;
pub mod models;
pub mod operations;
pub mod pixels;
pub mod preparation;
pub mod progress;
#[cfg(test)]
mod reference;
pub mod report;
pub mod run;
pub mod storage;
pub mod terminal;
pub mod text;
pub mod training;
pub mod weights;
