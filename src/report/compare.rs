//! The comparison of several runs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::charts;
use super::content::{ComparePage, ComparedRun, Difference, PairTest, RunFacts};
use super::error::ReportError;
use super::messages::Messages;
use super::svg::color;
use crate::data::Dataset;
use crate::evaluation::{Evaluation, Predictions, mcnemar};
use crate::run::{OpenedRun, config_values};
use crate::training::{EpochRecord, read_history};

/// A run with its predictions for its test images.
pub struct Tested {
    facts: RunFacts,
    history: Vec<EpochRecord>,
    /// Every value of the configuration under its dotted key.
    config: BTreeMap<String, String>,
    evaluation: Evaluation,
    predictions: Predictions,
    /// Identity of each test image: the path of its file, or a checksum.
    images: Vec<String>,
}

impl Tested {
    /// # Errors
    /// The run's training has not ended, a file of it is damaged, or an image can no longer be read.
    pub fn new(
        run: &OpenedRun,
        dataset: &Dataset,
        (evaluation, predictions): (Evaluation, Predictions),
    ) -> Result<Self, ReportError> {
        Ok(Self {
            facts: RunFacts::new(run)?,
            history: read_history(run.folder.path())?,
            config: config_values(&run.experiment)?,
            evaluation,
            predictions,
            images: identities(dataset)?,
        })
    }
}

/// Identity of each test image: the path of its file, or, for data sets that are not image files, its
/// label and a checksum of its pixels.
fn identities(dataset: &Dataset) -> Result<Vec<String>, ReportError> {
    let test = &dataset.test;
    let mut pixels = vec![0; test.shape().len()];
    let identities = (0..test.len()).map(|index| {
        let origin = test.origin(index);
        if Path::new(&origin).is_file() {
            return Ok(origin);
        }
        test.read_unprepared(index, &mut pixels)?;
        let label = test.label(index);
        Ok(format!("{label} {:x?}", Sha256::digest(&pixels)))
    });
    identities.collect()
}

/// Compares the settings, training curves and test results of `runs`.
///
/// # Errors
/// A chart cannot be drawn.
pub fn compare(runs: Vec<Tested>, t: &Messages) -> Result<ComparePage, ReportError> {
    let (mut loss, mut accuracy) = (Vec::new(), Vec::new());
    for (number, run) in runs.iter().enumerate() {
        let name = &run.facts.name;
        let names = || ["chart_train", "chart_valid"].map(|key| format!("{name}: {}", t.get(key)));
        loss.extend(charts::losses(&run.history, names(), number));
        accuracy.extend(charts::accuracies(&run.history, names(), number));
    }
    let differences = differences(&runs);
    let groups = by_images(&runs);
    let mut tests = Vec::new();
    for group in &groups {
        for (at, &first) in group.iter().enumerate() {
            let others = group[at + 1..].iter();
            tests.extend(others.map(|&second| pair_test(&runs[first], &runs[second])));
        }
    }
    holm(&mut tests);
    let ungrouped = groups.iter().filter(|group| group.len() == 1).flatten();
    let apart: Vec<String> = ungrouped.map(|&run| runs[run].facts.name.clone()).collect();
    let compared = runs
        .into_iter()
        .enumerate()
        .map(|(number, run)| ComparedRun {
            accuracy: run.evaluation.accuracy,
            accuracy_interval: run.evaluation.accuracy_interval,
            loss: run.evaluation.loss,
            color: color(number),
            facts: run.facts,
        });
    Ok(ComparePage {
        runs: compared.collect(),
        differences,
        loss: charts::over_epochs(&loss, t.get("chart_loss"), &[], false, t)?,
        accuracy: charts::over_epochs(&accuracy, t.get("chart_accuracy"), &[], false, t)?,
        tests,
        apart,
    })
}

/// The keys whose values are not the same in all configurations.
fn differences(runs: &[Tested]) -> Vec<Difference> {
    let keys: BTreeSet<&String> = runs.iter().flat_map(|run| run.config.keys()).collect();
    let differences = keys.into_iter().filter_map(|key| {
        let values = runs.iter().map(|run| run.config.get(key).cloned());
        let values: Vec<Option<String>> = values.collect();
        let differ = values.iter().any(|value| *value != values[0]);
        differ.then(|| Difference {
            key: key.clone(),
            values,
        })
    });
    differences.collect()
}

/// Indices of the runs, grouped by their test images and their order.
fn by_images(runs: &[Tested]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (number, tested) in runs.iter().enumerate() {
        let same = |group: &&mut Vec<usize>| runs[group[0]].images == tested.images;
        match groups.iter_mut().find(same) {
            Some(group) => group.push(number),
            None => groups.push(vec![number]),
        }
    }
    groups
}

/// Adjusts p-values so that the probability of any false positive among all tests is at most that of a
/// single test (Holm 1979).
fn holm(tests: &mut [PairTest]) {
    let mut order: Vec<usize> = (0..tests.len()).collect();
    order.sort_by(|&a, &b| tests[a].p_value.total_cmp(&tests[b].p_value));
    let mut least = 0f64;
    for (rank, &test) in order.iter().enumerate() {
        let left = (order.len() - rank) as f64;
        least = least.max(left * tests[test].p_value).min(1.0);
        tests[test].p_value = least;
    }
}

fn pair_test(first: &Tested, second: &Tested) -> PairTest {
    let [mut only_first, mut only_second] = [0, 0];
    for index in 0..first.predictions.len() {
        let hits = [first, second].map(|tested| tested.predictions.hit(index));
        only_first += usize::from(hits == [true, false]);
        only_second += usize::from(hits == [false, true]);
    }
    PairTest {
        first: first.facts.name.clone(),
        second: second.facts.name.clone(),
        only_first,
        only_second,
        p_value: mcnemar(only_first, only_second),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_tests_need_smaller_p_values() {
        let test = |p_value| PairTest {
            first: String::new(),
            second: String::new(),
            only_first: 0,
            only_second: 0,
            p_value,
        };
        let mut tests = [test(0.04), test(0.01), test(0.03)];
        holm(&mut tests);
        let raised = tests.map(|test| test.p_value);
        // As statsmodels.stats.multitest.multipletests(..., method="holm") has them.
        for (seen, expected) in raised.into_iter().zip([0.06, 0.03, 0.06]) {
            assert!((seen - expected).abs() < 1e-12, "{raised:?}");
        }
    }
}
