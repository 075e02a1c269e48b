//! Values that read well but make no sense: each is named with its key before anything is started.

use super::place::Problem;
use super::wording::number;
use super::{
    DataConfig, Experiment, LossKind, OptimizerKind, ScheduleKind, StopRule, TrainingConfig,
};
use crate::data::catalog::{self, CATALOG, Source};
use crate::text::did_you_mean;

/// More images are not drawn: a million garments take 0.8 GB.
const MOST_DRAWN: usize = 1_000_000;

/// Checks all values but those of `[model]`.
///
/// # Errors
/// The first value out of range, or without effect, and what to do.
pub fn check(experiment: &Experiment) -> Result<(), Problem> {
    let (data, training) = (&experiment.data, &experiment.training);
    dataset(data)?;
    images(data)?;
    optimizer(training)?;
    schedule(training)?;
    loss(training)?;
    ending(data, training)
}

/// Data sets given by a path, which may or may not bring test images of their own.
fn is_by_path(data: &DataConfig) -> bool {
    matches!(data.dataset.as_str(), "folder" | "idx")
}

/// Data sets whose test images may have to be cut from the training images.
fn may_lack_test_images(data: &DataConfig) -> bool {
    let entry = catalog::find(&data.dataset);
    is_by_path(data) || entry.is_ok_and(|entry| entry.test_images == 0)
}

fn dataset(data: &DataConfig) -> Result<(), Problem> {
    let name = data.dataset.as_str();
    if !is_by_path(data) && catalog::find(name).is_err() {
        let known = || (CATALOG.iter().map(|entry| entry.name)).chain(["folder", "idx"]);
        let (hint, all) = (did_you_mean(name, known()), known().collect::<Vec<_>>());
        return Err(Problem::new(
            "data.dataset",
            format!(
                "\"{name}\" is not known{hint}; expected one of {}",
                all.join(", ")
            ),
        ));
    }
    let empty = data
        .path
        .as_ref()
        .is_some_and(|path| path.as_os_str().is_empty());
    let message = match (is_by_path(data), data.path.is_some() && !empty) {
        (true, false) => {
            format!("dataset = \"{name}\" needs the folder, e.g. path = \"photos\"")
        }
        (false, true) => format!(
            "only \"folder\" and \"idx\" take a path; remove it, or set dataset = \"folder\", received \"{name}\""
        ),
        _ => return Ok(()),
    };
    Err(Problem::new("data.path", message).or_at("data.dataset"))
}

fn images(data: &DataConfig) -> Result<(), Problem> {
    below_one("data.valid_fraction", data.valid_fraction)?;
    below_one("data.test_fraction", data.test_fraction)?;
    if may_lack_test_images(data) && data.valid_fraction + data.test_fraction >= 1.0 {
        let (valid, test) = (number(data.valid_fraction), number(data.test_fraction));
        let message = format!(
            "together with valid_fraction it must leave images to train on; expected a sum below 1, received {valid} + {test}"
        );
        let problem = Problem::new("data.test_fraction", message);
        return Err(problem.or_at("data.valid_fraction").or_at("data.dataset"));
    }
    whole("data.height", data.height, 4096)?;
    whole("data.width", data.width, 4096)?;
    let entry = catalog::find(&data.dataset).ok();
    let drawn = entry.is_some_and(|entry| matches!(entry.source, Source::Drawn(_)));
    for (key, count) in [
        ("data.train_images", data.train_images),
        ("data.test_images", data.test_images),
    ] {
        let count = count.unwrap_or(1);
        whole(key, count, 100_000_000)?;
        if drawn && count > MOST_DRAWN {
            let message = format!("at most {MOST_DRAWN} images are drawn, received {count}");
            return Err(Problem::new(key, message).or_at("data.dataset"));
        }
    }
    up_to_one("data.max_bad_fraction", data.max_bad_fraction)?;
    up_to_one("data.max_leak_fraction", data.max_leak_fraction)
}

fn optimizer(training: &TrainingConfig) -> Result<(), Problem> {
    if training.epochs > 0 {
        whole("training.epochs", training.epochs, 1_000_000)?;
    }
    whole("training.batch_size", training.batch_size, 1_000_000)?;
    positive_f32("training.learning_rate", training.learning_rate)?;
    below_one("training.momentum", training.momentum)?;
    if training.weight_decay != 0.0 {
        positive_f32("training.weight_decay", training.weight_decay)?;
    }
    positive_f32("training.epsilon", training.epsilon)?;
    if let Some(norm) = training.gradient_clip_norm {
        positive_f32("training.gradient_clip_norm", norm)?;
    }
    let adam = matches!(
        training.optimizer,
        OptimizerKind::Adam | OptimizerKind::AdamW
    );
    if adam && training.momentum > 0.0 {
        return Err(Problem::new(
            "training.momentum",
            "adam and adamw have their own and do not use it; set optimizer = \"sgd\" or \"rmsprop\", or momentum = 0.0",
        )
        .or_at("training.optimizer"));
    }
    if training.nesterov && training.optimizer != OptimizerKind::Sgd {
        return Err(Problem::new(
            "training.nesterov",
            "only sgd uses it; set optimizer = \"sgd\", or nesterov = false",
        )
        .or_at("training.optimizer"));
    }
    if training.nesterov && training.momentum == 0.0 {
        return Err(Problem::new(
            "training.nesterov",
            "it changes the momentum, which is 0; set e.g. momentum = 0.9, or nesterov = false",
        )
        .or_at("training.momentum"));
    }
    Ok(())
}

fn schedule(training: &TrainingConfig) -> Result<(), Problem> {
    whole(
        "training.schedule_epochs",
        training.schedule_epochs,
        1_000_000,
    )?;
    if let Some(factor) = training.schedule_factor {
        up_to_one("training.schedule_factor", factor)?;
    }
    not_negative("training.warmup_epochs", training.warmup_epochs)?;
    let constant = training.schedule == ScheduleKind::Constant;
    if constant && training.schedule_factor.is_some() {
        return Err(Problem::new(
            "training.schedule_factor",
            "the constant schedule does not use it; set schedule = \"step\", \"exponential\" or \"cosine\", or remove it",
        )
        .or_at("training.schedule"));
    }
    let usual = TrainingConfig::default().schedule_epochs;
    if training.schedule != ScheduleKind::Step && training.schedule_epochs != usual {
        return Err(Problem::new(
            "training.schedule_epochs",
            format!("only the step schedule uses it; set schedule = \"step\", or schedule_epochs = {usual}"),
        )
        .or_at("training.schedule"));
    }
    Ok(())
}

fn loss(training: &TrainingConfig) -> Result<(), Problem> {
    below_one("training.label_smoothing", training.label_smoothing)?;
    if training.loss != LossKind::Mse {
        return Ok(());
    }
    let only = |key: &str, what: &str| {
        let message = format!("only \"cross-entropy\" takes {what}");
        Err(Problem::new(key, message).or_at("training.loss"))
    };
    if training.label_smoothing > 0.0 {
        return only("training.label_smoothing", "label smoothing");
    }
    if training.class_weights.is_some() {
        return only("training.class_weights", "class weights");
    }
    Ok(())
}

fn ending(data: &DataConfig, training: &TrainingConfig) -> Result<(), Problem> {
    if let Some(stop) = &training.stop {
        stop_rule(stop)?;
        let without = data.valid_fraction == 0.0 && !is_by_path(data);
        if stop.metric.needs_validation() && without {
            let message = format!(
                "{} needs validation images, but data.valid_fraction is 0",
                stop.metric.name()
            );
            return Err(Problem::new("training.stop", message).or_at("data.valid_fraction"));
        }
    }
    if let Some(epochs) = training.patience {
        whole("training.patience", epochs, 1_000_000)?;
    }
    not_negative("training.min_delta", training.min_delta)
}

fn stop_rule(stop: &StopRule) -> Result<(), Problem> {
    match (stop.below, stop.above) {
        (Some(limit), None) | (None, Some(limit)) if limit.is_finite() => Ok(()),
        _ => Err(Problem::new(
            "training.stop",
            "expected one of below and above, e.g. { metric = \"train_loss\", below = 0.29 }",
        )),
    }
}

fn whole(key: &str, value: usize, most: usize) -> Result<(), Problem> {
    expect(
        (1..=most).contains(&value),
        key,
        &format!("1 to {most}"),
        value.to_string(),
    )
}

fn below_one(key: &str, value: f64) -> Result<(), Problem> {
    let right = (0.0..1.0).contains(&value);
    expect(right, key, "at least 0 and less than 1", number(value))
}

fn up_to_one(key: &str, value: f64) -> Result<(), Problem> {
    expect((0.0..=1.0).contains(&value), key, "0 to 1", number(value))
}

fn not_negative(key: &str, value: f64) -> Result<(), Problem> {
    let right = value >= 0.0 && value.is_finite();
    expect(right, key, "zero or a positive number", number(value))
}

/// Backends compute in 32 bits, where `1e-60` is zero and `1e60` infinite.
fn positive_f32(key: &str, value: f64) -> Result<(), Problem> {
    let right = value > 0.0 && (value as f32).is_normal();
    let range = "a positive number, from 1.2e-38 to 3.4e38 as it is used in 32 bits";
    expect(right, key, range, number(value))
}

fn expect(right: bool, key: &str, expected: &str, received: String) -> Result<(), Problem> {
    match right {
        true => Ok(()),
        false => Err(Problem::new(
            key,
            format!("expected {expected}, received {received}"),
        )),
    }
}
