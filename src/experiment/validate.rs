//! Values that read well but make no sense: each is named with its key before anything is started.

use super::{ClassWeights, Experiment, LossKind};

/// The first value out of range: its key and what was expected.
pub fn first_problem(experiment: &Experiment) -> Option<(&'static str, String)> {
    let (data, training) = (&experiment.data, &experiment.training);
    let whole = |key, value: usize, least: usize, most: usize| {
        let wrong = !(least..=most).contains(&value);
        wrong.then(|| (key, format!("expected {least} to {most}, received {value}")))
    };
    let below_one = |key, value: f64| {
        let wrong = !(0.0..1.0).contains(&value);
        wrong.then(|| {
            (
                key,
                format!("expected at least 0 and less than 1, received {value}"),
            )
        })
    };
    let positive = |key, value: f64| {
        let wrong = !(value > 0.0 && value.is_finite());
        wrong.then(|| (key, format!("expected a positive number, received {value}")))
    };
    let not_negative = |key, value: f64| {
        let wrong = !(value >= 0.0 && value.is_finite());
        wrong.then(|| {
            (
                key,
                format!("expected zero or a positive number, received {value}"),
            )
        })
    };
    let needs_path = matches!(data.dataset.as_str(), "folder" | "idx");
    let checks = [
        (needs_path && data.path.is_none()).then(|| {
            ("data.path", format!("dataset = \"{}\" needs the folder, e.g. path = \"photos\"", data.dataset))
        }),
        (!needs_path && data.path.is_some()).then(|| {
            ("data.path", format!(
                "only \"folder\" and \"idx\" take a path, received dataset = \"{}\"", data.dataset
            ))
        }),
        below_one("data.valid_fraction", data.valid_fraction),
        below_one("data.test_fraction", data.test_fraction),
        (data.valid_fraction + data.test_fraction >= 1.0).then(|| {
            ("data.test_fraction", "valid_fraction and test_fraction together must leave images to train on".into())
        }),
        whole("data.height", data.height, 1, 4096),
        whole("data.width", data.width, 1, 4096),
        data.train_images.and_then(|count| whole("data.train_images", count, 1, 100_000_000)),
        data.test_images.and_then(|count| whole("data.test_images", count, 1, 100_000_000)),
        (!(0.0..=1.0).contains(&data.max_bad_fraction)).then(|| {
            ("data.max_bad_fraction", format!("expected 0 to 1, received {}", data.max_bad_fraction))
        }),
        whole("training.epochs", training.epochs, 1, 1_000_000),
        whole("training.batch_size", training.batch_size, 1, 1_000_000),
        positive("training.learning_rate", training.learning_rate),
        below_one("training.momentum", training.momentum),
        not_negative("training.weight_decay", training.weight_decay),
        positive("training.epsilon", training.epsilon),
        whole("training.schedule_epochs", training.schedule_epochs, 1, 1_000_000),
        training.schedule_factor.and_then(|factor| {
            let wrong = !(0.0..=1.0).contains(&factor);
            wrong.then(|| ("training.schedule_factor", format!("expected 0 to 1, received {factor}")))
        }),
        not_negative("training.warmup_epochs", training.warmup_epochs),
        below_one("training.label_smoothing", training.label_smoothing),
        (training.label_smoothing > 0.0 && training.loss == LossKind::Mse).then(|| {
            ("training.label_smoothing", "only \"cross-entropy\" takes label smoothing".into())
        }),
        (training.class_weights.is_some() && training.loss == LossKind::Mse).then(|| {
            ("training.class_weights", "only \"cross-entropy\" takes class weights".into())
        }),
        match &training.class_weights {
            Some(ClassWeights::PerClass(weights)) => (weights.iter())
                .find_map(|&weight| positive("training.class_weights", weight.into())),
            _ => None,
        },
        training.gradient_clip_norm.and_then(|norm| positive("training.gradient_clip_norm", norm)),
        training.stop.and_then(|stop| match (stop.below, stop.above) {
            (Some(limit), None) | (None, Some(limit)) if limit.is_finite() => None,
            _ => Some((
                "training.stop",
                "expected one of below and above, e.g. { metric = \"train_loss\", below = 0.29 }".into(),
            )),
        }),
        training.stop.and_then(|stop| {
            (stop.metric.needs_validation() && data.valid_fraction == 0.0 && !needs_path).then(|| {
                ("training.stop", format!(
                    "{} needs validation images, but data.valid_fraction is 0", stop.metric.name()
                ))
            })
        }),
        training.patience.and_then(|epochs| whole("training.patience", epochs, 1, 1_000_000)),
        not_negative("training.min_delta", training.min_delta),
    ];
    checks.into_iter().flatten().next()
}
