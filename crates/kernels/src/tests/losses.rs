//! The loss and its gradient are those of Burn's own operations, and the images are counted right.

use burn::backend::Dispatch;
use burn::tensor::{DType, Device, Int, Tensor, TensorData};

use super::support::{Results, backends, close, nothing_hidden, smooth, stream, tensor, values};
use crate::{ClassificationLoss, LossFunction, Targets, classification_loss, composed};

const TOLERANCE: f32 = 1e-5;

struct Case {
    logits: Vec<f32>,
    shape: [usize; 2],
    targets: Vec<i32>,
    /// Other classes and their shares.
    mixed: Option<(Vec<i32>, Vec<f32>)>,
    function: LossFunction,
}

type LossOperation = fn(
    Tensor<2>,
    Tensor<1, Int>,
    Option<(Tensor<1, Int>, Tensor<1>)>,
    LossFunction,
) -> ClassificationLoss;

fn composed_loss(
    logits: Tensor<2>,
    targets: Tensor<1, Int>,
    mixed: Option<(Tensor<1, Int>, Tensor<1>)>,
    function: LossFunction,
) -> ClassificationLoss {
    let targets = Targets::new(targets, mixed);
    let results =
        composed::classification_loss::<Dispatch>(logits.into_dispatch(), targets, &function);
    let [loss, unweighted, correct] = results.map(Tensor::from_dispatch);
    ClassificationLoss {
        loss,
        unweighted: unweighted.detach(),
        correct: correct.detach(),
    }
}

impl Case {
    fn classes(targets: &[i32], device: &Device) -> Tensor<1, Int> {
        Tensor::from_data(TensorData::new(targets.to_vec(), [targets.len()]), device)
    }

    /// The loss times `factor`, what goes with it, and the gradient of the logits.
    fn run(&self, operation: LossOperation, factor: f32, device: &Device) -> Results {
        let logits = tensor(self.logits.clone(), self.shape, device);
        let logits = logits.autodiff().require_grad();
        let device = &logits.device();
        let mixed = self.mixed.as_ref().map(|(others, shares)| {
            let shares = tensor(shares.clone(), [shares.len()], device);
            (Self::classes(others, device), shares)
        });
        let targets = Self::classes(&self.targets, device);
        let result = operation(logits.clone(), targets, mixed, self.function.clone());
        let gradients = (result.loss.clone() * factor).backward();
        vec![
            ("loss", values(result.loss)),
            ("unweighted", values(result.unweighted)),
            ("correct", values(result.correct)),
            (
                "gradient of the logits",
                values(logits.grad(&gradients).expect("asked for")),
            ),
        ]
    }
}

fn functions(classes: usize) -> Vec<LossFunction> {
    let mut functions = vec![LossFunction::MeanSquaredError];
    let weights: Vec<f32> = (0..classes).map(|class| 0.5 + class as f32 / 3.0).collect();
    for label_smoothing in [0.0, 0.1] {
        for class_weights in [None, Some(weights.clone())] {
            functions.push(LossFunction::CrossEntropy {
                label_smoothing,
                class_weights,
            });
        }
    }
    functions
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (seed, shape) in [[1, 1], [1, 2], [4, 10], [33, 37], [3, 1000]]
        .into_iter()
        .enumerate()
    {
        let [batch, classes] = shape;
        let draw =
            |seed: usize, index: usize, below: f64| (stream(seed as u32, index) * below) as i32;
        let targets: Vec<i32> = (0..batch).map(|i| draw(seed, i, classes as f64)).collect();
        let others = (0..batch)
            .map(|i| draw(seed + 50, i, classes as f64))
            .collect();
        let shares = (0..batch).map(|i| stream(9, i) as f32 / 2.0).collect();
        let mixed = Some((others, shares));
        for function in functions(classes) {
            for mixed in [None, mixed.clone()] {
                cases.push(Case {
                    logits: smooth(seed as u32, batch * classes, 4.0),
                    shape,
                    targets: targets.clone(),
                    mixed,
                    function: function.clone(),
                });
            }
        }
    }
    cases
}

#[test]
fn losses_counts_and_gradients_are_those_of_burns_operations() {
    for backend in backends() {
        for case in cases() {
            for factor in [1.0, 3.5] {
                let actual = case.run(classification_loss, factor, &backend.device);
                let expected = case.run(composed_loss, factor, &backend.device);
                close(&actual, &expected, TOLERANCE).unwrap_or_else(|error| {
                    let (shape, function) = (case.shape, &case.function);
                    panic!("{}, {shape:?}, {function:?}: {error}", backend.name)
                });
            }
        }
    }
}

/// The softmax of logits far from zero does not overflow, and a loss that is not a number is not
/// hidden.
#[test]
fn large_logits_have_a_loss_and_special_ones_show() {
    let special = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 3e38, -3e38, 1e4];
    for backend in backends() {
        for value in special {
            for function in functions(4) {
                for place in 0..4 {
                    let mut logits = smooth(1, 12, 4.0);
                    logits[4 + place] = value;
                    let case = Case {
                        logits,
                        shape: [3, 4],
                        targets: vec![0, 2, 3],
                        mixed: None,
                        function: function.clone(),
                    };
                    let actual = case.run(classification_loss, 1.0, &backend.device);
                    let expected = case.run(composed_loss, 1.0, &backend.device);
                    if value.is_nan() {
                        assert!(actual[0].1[0].is_nan(), "{}, {place}", backend.name);
                        continue;
                    }
                    // Where Burn's own operations give NaN for a probability of zero times the
                    // logarithm of zero, the kernel may know better.
                    let known = |results: &Results| -> Results {
                        let pairs = results.iter().zip(&expected);
                        let known = pairs.filter(|(_, (_, e))| e.iter().all(|e| e.is_finite()));
                        known.map(|(result, _)| result.clone()).collect()
                    };
                    nothing_hidden(&known(&actual), &known(&expected), 1e-4).unwrap_or_else(
                        |error| {
                            panic!(
                                "{}, {value} at {place}, {function:?}: {error}",
                                backend.name
                            )
                        },
                    );
                }
            }
        }
    }
}

#[test]
fn the_first_of_equal_logits_is_predicted_and_none_where_one_is_nan() {
    let count = |logits: [f32; 3], target: i32, device: &Device| {
        let logits = tensor(logits.to_vec(), [1, 3], device);
        let targets = Case::classes(&[target], device);
        let function = functions(3).remove(1);
        values(classification_loss(logits, targets, None, function).correct)[0]
    };
    for backend in backends() {
        let device = &backend.device;
        assert_eq!(count([2.0, 5.0, 5.0], 1, device), 1.0, "{}", backend.name);
        assert_eq!(count([2.0, 5.0, 5.0], 2, device), 0.0, "{}", backend.name);
        for target in 0..3 {
            assert_eq!(count([2.0, f32::NAN, 5.0], target, device), 0.0);
        }
    }
}

#[test]
fn double_precision_stays_double() {
    for backend in backends() {
        let logits = tensor(smooth(1, 40, 4.0), [4, 10], &backend.device).cast(DType::F64) / 3.0;
        let targets = Case::classes(&[3, 1, 4, 1], &backend.device);
        for function in functions(10) {
            let loss = classification_loss(logits.clone(), targets.clone(), None, function);
            assert_eq!(loss.loss.dtype(), DType::F64, "{}", backend.name);
        }
    }
}
