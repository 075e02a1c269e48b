//! Several runs beside each other.

use std::collections::BTreeSet;

use super::charts;
use super::content::{ComparePage, ComparedRun, Difference, PairTest};
use super::messages::Messages;
use super::{ReportError, facts};
use crate::artifacts::{RunFolder, flat_config};
use crate::evaluation::{Evaluation, Predictions, mcnemar};

/// A run with what it says about its test images.
pub struct Tested {
    pub run: RunFolder,
    pub evaluation: Evaluation,
    pub predictions: Predictions,
    /// Where each test image comes from.
    pub images: Vec<String>,
}

/// What tells `runs` apart.
///
/// # Errors
/// A file of a run is missing or damaged, or a chart cannot be drawn.
pub fn compare(runs: &[Tested], t: &Messages) -> Result<ComparePage, ReportError> {
    let mut compared = Vec::new();
    let (mut loss, mut accuracy) = (Vec::new(), Vec::new());
    let mut configs = Vec::new();
    for (number, tested) in runs.iter().enumerate() {
        let facts = facts(&tested.run)?;
        let records = super::history(&tested.run)?;
        let names =
            || ["chart_train", "chart_valid"].map(|key| format!("{}: {}", facts.name, t.get(key)));
        loss.extend(charts::losses(&records, names(), number));
        accuracy.extend(charts::accuracies(&records, names(), number));
        configs.push(flat_config(&tested.run)?);
        compared.push(ComparedRun {
            accuracy: tested.evaluation.accuracy,
            accuracy_interval: tested.evaluation.accuracy_interval,
            loss: tested.evaluation.loss,
            color: charts::color(number),
            facts,
        });
    }
    let keys: BTreeSet<&String> = configs.iter().flat_map(|config| config.keys()).collect();
    let differences = keys.into_iter().filter_map(|key| {
        let values: Vec<Option<String>> = configs
            .iter()
            .map(|config| config.get(key).cloned())
            .collect();
        let differ = values.iter().any(|value| *value != values[0]);
        differ.then(|| Difference {
            key: key.clone(),
            values,
        })
    });
    let same = same_images(runs);
    let pairs =
        (same.iter().enumerate()).flat_map(|(at, &a)| same[at + 1..].iter().map(move |&b| (a, b)));
    let apart = (0..runs.len()).filter(|run| !same.contains(run));
    Ok(ComparePage {
        differences: differences.collect(),
        loss: charts::over_epochs(&loss, t.get("chart_loss"), &[], t)?,
        accuracy: charts::over_epochs(&accuracy, t.get("chart_accuracy"), &[], t)?,
        tests: pairs.map(|(a, b)| pair_test(&runs[a], &runs[b])).collect(),
        apart: apart.map(|run| compared[run].facts.name.clone()).collect(),
        runs: compared,
    })
}

/// The runs that were tested on the images of the first, in the same order.
fn same_images(runs: &[Tested]) -> Vec<usize> {
    let same = |run: &usize| runs[*run].images == runs[0].images;
    (0..runs.len()).filter(same).collect()
}

fn pair_test(first: &Tested, second: &Tested) -> PairTest {
    let [mut only_first, mut only_second] = [0, 0];
    for index in 0..first.predictions.len() {
        let hits = [first, second].map(|tested| tested.predictions.hit(index));
        only_first += usize::from(hits == [true, false]);
        only_second += usize::from(hits == [false, true]);
    }
    PairTest {
        first: first.run.name(),
        second: second.run.name(),
        only_first,
        only_second,
        p_value: mcnemar(only_first, only_second),
    }
}
