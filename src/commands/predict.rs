//! `convlab predict`

use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use burn::tensor::{Device, Int, Tensor, TensorData};
use serde::Serialize;

use super::{DONE, FAILED, print};
use crate::artifacts::{ModelCard, RunFolder};
use crate::backend;
use crate::cli::{Format, PredictArgs};
use crate::data::{DataError, ImageBatch, decode, has_image_extension};
use crate::evaluation::{BATCH, probabilities, ranking};
use crate::models::Network;
use crate::text::table;

/// A class with its probability.
#[derive(Debug, Clone, Serialize)]
struct Guess {
    class: String,
    probability: f32,
}

/// What became of one picture.
#[derive(Debug, Serialize)]
struct Prediction {
    path: PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probability: Option<f32>,
    /// The most likely classes, as many as `--top` asks for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    top: Vec<Guess>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Classifies pictures; bad ones are reported and the rest is still done.
pub fn run(args: PredictArgs) -> Result<u8> {
    let run = RunFolder::open(&args.run)?;
    let card = run.model_card()?;
    let backend = backend::open(args.device.device)?;
    let network = run.network(&backend.device)?;
    let paths = pictures(&args.inputs)?;
    let mut predictions = Vec::with_capacity(paths.len());
    for paths in paths.chunks(BATCH) {
        predictions.extend(classify(paths, &args, &card, &network, &backend.device)?);
    }
    for prediction in &predictions {
        if let Some(error) = &prediction.error {
            eprintln!("error: {error}");
        }
    }
    show(&predictions, args.format)?;
    let failed = predictions
        .iter()
        .any(|prediction| prediction.error.is_some());
    Ok(if failed { FAILED } else { DONE })
}

/// The pictures the inputs stand for: files as given, pictures in folders by name, lines of `-`.
fn pictures(inputs: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for input in inputs {
        if input == Path::new("-") {
            for line in io::stdin().lock().lines() {
                let line = line.context("cannot read paths from standard input")?;
                if !line.trim().is_empty() {
                    paths.push(PathBuf::from(line));
                }
            }
        } else if input.is_dir() {
            let before = paths.len();
            walk(input, &mut paths)?;
            if paths.len() == before {
                anyhow::bail!("the folder {} holds no pictures", input.display());
            }
        } else {
            paths.push(input.clone());
        }
    }
    Ok(paths)
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    let entries = std::fs::read_dir(folder)
        .and_then(|entries| entries.collect::<io::Result<Vec<_>>>())
        .with_context(|| format!("cannot list the folder {}", folder.display()))?;
    let mut entries: Vec<PathBuf> = entries.iter().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        // Links to folders are not followed: they can lead in circles.
        if path.is_dir() && !path.is_symlink() {
            walk(&path, paths)?;
        } else if path.is_file() && has_image_extension(&path) {
            paths.push(path);
        }
    }
    Ok(())
}

fn classify(
    paths: &[PathBuf],
    args: &PredictArgs,
    card: &ModelCard,
    network: &Network,
    device: &Device,
) -> Result<Vec<Prediction>> {
    let options = card.image_options();
    let decoded: Vec<Result<Vec<u8>, DataError>> =
        paths.iter().map(|path| decode(path, &options)).collect();
    let mut values = Vec::new();
    for pixels in decoded.iter().flatten() {
        values.extend(pixels.iter().map(|&pixel| {
            let value = f32::from(pixel) / 255.0;
            if args.invert { 1.0 - value } else { value }
        }));
    }
    let count = values.len() / card.input.len();
    let mut rows = match count {
        0 => Vec::new(),
        _ => {
            let dims = [
                count,
                card.input.channels,
                card.input.height,
                card.input.width,
            ];
            let images = Tensor::from_data(TensorData::new(values, dims), device);
            let targets = Tensor::<1, Int>::zeros([count], device);
            probabilities(network, ImageBatch { images, targets })?
        }
    }
    .into_iter();
    let predictions = paths.iter().zip(decoded).map(|(path, decoded)| {
        let (top, error) = match decoded {
            Ok(_) => (
                guesses(&rows.next().unwrap_or_default(), card, args.top.into()),
                None,
            ),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
        Prediction {
            path: path.clone(),
            class: top.first().map(|guess| guess.class.clone()),
            probability: top.first().map(|guess| guess.probability),
            top,
            error,
        }
    });
    Ok(predictions.collect())
}

fn guesses(probabilities: &[f32], card: &ModelCard, top: usize) -> Vec<Guess> {
    (ranking(probabilities).into_iter().take(top))
        .map(|class| Guess {
            class: card.classes[class].clone(),
            probability: probabilities[class],
        })
        .collect()
}

fn show(predictions: &[Prediction], format: Format) -> Result<()> {
    let classified = || {
        predictions
            .iter()
            .filter(|prediction| prediction.error.is_none())
    };
    match format {
        Format::Json => print(serde_json::to_string_pretty(predictions)?),
        Format::Csv => {
            let mut writer = csv::Writer::from_writer(io::stdout());
            writer.write_record(["path", "rank", "class", "probability", "error"])?;
            for prediction in predictions {
                let path = prediction.path.to_string_lossy();
                for (rank, guess) in prediction.top.iter().enumerate() {
                    let (rank, probability) = (rank + 1, guess.probability);
                    writer.serialize((&path, rank, &guess.class, probability, ""))?;
                }
                if let Some(error) = &prediction.error {
                    writer.serialize((&path, "", "", "", error))?;
                }
            }
            Ok(writer.flush()?)
        }
        Format::Table => {
            if classified().next().is_none() {
                return Ok(());
            }
            let mut rows = table(["picture", "class", "probability"], 2);
            for prediction in classified() {
                for (rank, guess) in prediction.top.iter().enumerate() {
                    let path = prediction.path.display();
                    rows.add_row([
                        if rank == 0 {
                            path.to_string()
                        } else {
                            String::new()
                        },
                        guess.class.clone(),
                        format!("{:.1}%", 100.0 * guess.probability),
                    ]);
                }
            }
            print(rows)
        }
    }
}
