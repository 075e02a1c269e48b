//! Metrics against scikit-learn and statsmodels; `tests/reference/metrics.py` makes the fixture.

use serde_json::Value;

use super::{Confusion, Interval, Scores, ranking};

fn fixture() -> Value {
    serde_json::from_str(include_str!("../../tests/fixtures/metrics.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().unwrap();
    list.iter().map(|number| number.as_f64().unwrap()).collect()
}

fn assert_close(actual: f64, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!(
        (actual - expected).abs() < 1e-6,
        "{what}: {actual} instead of {expected}"
    );
}

#[test]
fn scores_equal_those_of_scikit_learn() {
    for (name, case) in fixture()["cases"].as_object().unwrap() {
        let classes = case["num_classes"].as_u64().unwrap() as usize;
        let mut confusion = Confusion::new(classes);
        let pairs = numbers(&case["targets"])
            .into_iter()
            .zip(numbers(&case["predictions"]));
        pairs.for_each(|(target, predicted)| confusion.add(target as usize, predicted as usize));
        assert_eq!(
            serde_json::to_value(&confusion).unwrap(),
            case["confusion"],
            "{name}"
        );
        let accuracy = confusion.correct() as f64 / confusion.images() as f64;
        assert_close(accuracy, &case["accuracy"], name);
        let scores = confusion.scores();
        for (class, (scores, support)) in scores.iter().enumerate() {
            assert_close(scores.precision, &case["precision"][class], name);
            assert_close(scores.recall, &case["recall"][class], name);
            assert_close(scores.f1, &case["f1"][class], name);
            assert_close(*support as f64, &case["support"][class], name);
        }
        for (mean, expected) in [
            (Scores::mean(&scores, |_| 1.0), &case["macro"]),
            (
                Scores::mean(&scores, |support| support as f64),
                &case["weighted"],
            ),
        ] {
            assert_close(mean.precision, &expected["precision"], name);
            assert_close(mean.recall, &expected["recall"], name);
            assert_close(mean.f1, &expected["f1"], name);
        }
    }
}

#[test]
fn wilson_intervals_equal_those_of_statsmodels() {
    let fixture = fixture();
    let cases = fixture["wilson"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let count = |key: &str| case[key].as_u64().unwrap() as usize;
        let interval = Interval::wilson(count("successes"), count("images"));
        assert_close(interval.low, &case["low"], "low");
        assert_close(interval.high, &case["high"], "high");
    }
}

#[test]
fn ranking_starts_with_the_most_likely_class() {
    assert_eq!(ranking(&[0.1, 0.7, 0.2]), [1, 2, 0]);
    assert_eq!(ranking(&[0.5, 0.5]), [0, 1]);
}
