//! `convlab predict`

mod imagenet;

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;
use serde::Serialize;

use super::inputs::{BadInput, Input, pictures};
use super::{DONE, FAILED, print};
use crate::artifacts::{ModelCard, RunFolder};
use crate::cli::{Format, PredictArgs};
use crate::data::ImageOptions;
use crate::data::decoding::decode;
use crate::device;
use crate::evaluation::{batch_size, probabilities, ranking};
use crate::models::Network;
use crate::terminal::Bars;
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
    /// As given; where the name is not UTF-8, with U+FFFD for what cannot be written.
    path: String,
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
    let backend = device::open(args.device.device, &Bars::default())?;
    let (card, network, given) = model(&args, &backend.device)?;
    let inputs = pictures(&given, io::stdin().lock());
    let mut predictions = Vec::with_capacity(inputs.len());
    for inputs in inputs.chunks(batch_size(card.input)) {
        predictions.extend(classify(inputs, &args, &card, &network, &backend.device)?);
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

/// What classifies, and what is classified.
fn model(args: &PredictArgs, device: &Device) -> Result<(ModelCard, Network, Vec<PathBuf>)> {
    let given = args.run.iter().chain(&args.inputs);
    match &args.imagenet {
        Some(_) if args.run.is_none() => bail!("expected pictures after --imagenet NETWORK"),
        Some(name) => {
            let dir = args.weights_dir.weights_dir.as_deref();
            let (card, network) = imagenet::open(name, &args.weights, dir, device)?;
            Ok((card, network, given.cloned().collect()))
        }
        None => {
            let run = RunFolder::open(args.run.as_deref().unwrap_or(Path::new("")))?;
            let network = run.network(device)?;
            Ok((run.model_card()?, network, args.inputs.clone()))
        }
    }
}

fn classify(
    inputs: &[Input],
    args: &PredictArgs,
    card: &ModelCard,
    network: &Network,
    device: &Device,
) -> Result<Vec<Prediction>> {
    let options = ImageOptions {
        invert: args.invert,
        ..card.image_options()
    };
    let decoded: Vec<Result<Vec<u8>, String>> = (inputs.par_iter())
        .map(|input| match input {
            Ok(path) => decode(path, &options).map_err(|error| error.full_message()),
            Err(bad) => Err(bad.reason.clone()),
        })
        .collect();
    let tables = card.normalization.tables();
    let count = decoded.iter().flatten().count();
    let mut values = vec![0f32; count * card.input.len()];
    let images = values.chunks_mut(card.input.len());
    for (pixels, values) in decoded.iter().flatten().zip(images) {
        tables.apply(pixels, values);
    }
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
            probabilities(network, images)?
        }
    }
    .into_iter();
    let predictions = inputs.iter().zip(decoded).map(|(input, decoded)| {
        let (top, error) = match decoded {
            Ok(_) => (
                guesses(&rows.next().unwrap_or_default(), card, args.top.into()),
                None,
            ),
            Err(error) => (Vec::new(), Some(error)),
        };
        let (Ok(path) | Err(BadInput { path, .. })) = input;
        Prediction {
            path: path.to_string_lossy().into_owned(),
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
                let path = &prediction.path;
                for (rank, guess) in prediction.top.iter().enumerate() {
                    let (rank, probability) = (rank + 1, guess.probability);
                    writer.serialize((path, rank, &guess.class, probability, ""))?;
                }
                if let Some(error) = &prediction.error {
                    writer.serialize((path, "", "", "", error))?;
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
                    rows.add_row([
                        if rank == 0 {
                            prediction.path.clone()
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
