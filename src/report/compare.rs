//! Several runs beside each other.

use std::collections::BTreeSet;

use super::charts;
use super::content::{ComparePage, ComparedRun, Difference, PairTest};
use super::messages::Messages;
use super::{ReportError, facts};
use crate::artifacts::{RunFolder, flat_config};
use crate::evaluation::{Evaluation, Predictions, mcnemar};
use crate::training::read_history;

/// A run with what it says about its test images.
pub struct Tested {
    pub run: RunFolder,
    pub evaluation: Evaluation,
    pub predictions: Predictions,
    /// What tells each test image from others.
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
        let records = read_history(tested.run.path())?;
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
    let groups = by_images(runs);
    let mut tests = Vec::new();
    for group in &groups {
        for (at, &first) in group.iter().enumerate() {
            let others = group[at + 1..].iter();
            tests.extend(others.map(|&second| pair_test(&runs[first], &runs[second])));
        }
    }
    holm(&mut tests);
    let alone = groups.iter().filter(|group| group.len() == 1).flatten();
    let apart: Vec<String> = alone.map(|&run| compared[run].facts.name.clone()).collect();
    Ok(ComparePage {
        differences: differences.collect(),
        loss: charts::over_epochs(&loss, t.get("chart_loss"), &[], false, t)?,
        accuracy: charts::over_epochs(&accuracy, t.get("chart_accuracy"), &[], false, t)?,
        tests,
        apart,
        runs: compared,
    })
}

/// Runs that were tested on the same images in the same order, together.
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

/// Raises p-values so that the chance of any false alarm among all tests stays what it is for one
/// (Holm 1979).
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
        first: first.run.name(),
        second: second.run.name(),
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
