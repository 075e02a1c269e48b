//! Optimizer steps give what Burn's own operations give, and change nothing that others hold.

use burn::backend::Dispatch;
use burn::tensor::{DType, Device, Tensor};

use super::support::{Results, backends, close, smooth, tensor, values};
use crate::{self as kernels, AdamStep, RmsPropStep, SgdStep, composed};

/// Rounding of a few operations, with or without fused ones.
const TOLERANCE: f32 = 1e-5;

/// One value; less than a vector; more than the share of one thread.
const SHAPES: [[usize; 2]; 4] = [[1, 1], [3, 5], [7, 33], [300, 211]];

fn adam_steps() -> Vec<AdamStep> {
    let plain = AdamStep {
        beta_1: 0.9,
        beta_2: 0.999,
        rate: 0.01,
        epsilon: 1e-3,
        decay: 0.0,
        shrink: 1.0,
    };
    let decay = 0.1;
    let shrink = 0.99;
    let steps = [
        plain,
        AdamStep { decay, ..plain },
        AdamStep { shrink, ..plain },
    ];
    steps.to_vec()
}

fn sgd_steps() -> Vec<SgdStep> {
    let step = |momentum, nesterov, decay| SgdStep {
        rate: 0.1,
        momentum,
        nesterov,
        decay,
    };
    vec![
        step(0.0, false, 0.0),
        step(0.9, false, 0.1),
        step(0.9, true, 0.0),
    ]
}

fn rms_prop_steps() -> Vec<RmsPropStep> {
    let step = |momentum, decay| RmsPropStep {
        rate: 0.01,
        alpha: 0.99,
        epsilon: 1e-3,
        momentum,
        decay,
    };
    vec![step(0.0, 0.0), step(0.9, 0.0), step(0.9, 0.1)]
}

/// Parameter, gradient, first and second moment (which is never negative).
fn state(shape: [usize; 2], device: &Device) -> [Tensor<2>; 4] {
    [0, 1, 2, 3].map(|seed| {
        let mut values = smooth(seed, shape.iter().product(), 1.0);
        if seed == 3 {
            values.iter_mut().for_each(|value| *value = value.abs());
        }
        tensor(values, shape, device)
    })
}

fn named<const N: usize>(tensors: [Tensor<2>; N]) -> Results {
    tensors
        .map(|tensor| ("tensor", values(tensor)))
        .into_iter()
        .collect()
}

fn composed_adam(state: [Tensor<2>; 4], step: AdamStep) -> [Tensor<2>; 3] {
    let [parameter, gradient, first, second] = state.map(Tensor::into_dispatch);
    let moments = [first, second];
    composed::adam_step::<Dispatch>(parameter, gradient, moments, step).map(Tensor::from_dispatch)
}

fn composed_sgd(
    [parameter, gradient, velocity, _]: [Tensor<2>; 4],
    step: SgdStep,
) -> [Tensor<2>; 2] {
    let (parameter, gradient) = (parameter.into_dispatch(), gradient.into_dispatch());
    let velocity = velocity.into_dispatch();
    composed::sgd_step::<Dispatch>(parameter, gradient, velocity, step).map(Tensor::from_dispatch)
}

fn composed_rms_prop(state: [Tensor<2>; 4], step: RmsPropStep) -> [Tensor<2>; 3] {
    let [parameter, gradient, velocity, square] = state.map(Tensor::into_dispatch);
    let state = [square, velocity];
    composed::rms_prop_step::<Dispatch>(parameter, gradient, state, step).map(Tensor::from_dispatch)
}

fn rms_prop(
    [parameter, gradient, velocity, square]: [Tensor<2>; 4],
    step: RmsPropStep,
) -> [Tensor<2>; 3] {
    kernels::rms_prop_step(parameter, gradient, [square, velocity], step)
}

fn adam([parameter, gradient, first, second]: [Tensor<2>; 4], step: AdamStep) -> [Tensor<2>; 3] {
    kernels::adam_step(parameter, gradient, [first, second], step)
}

fn sgd([parameter, gradient, velocity, _]: [Tensor<2>; 4], step: SgdStep) -> [Tensor<2>; 2] {
    kernels::sgd_step(parameter, gradient, velocity, step)
}

type Arrive = fn(Tensor<2>) -> Tensor<2>;

/// Tensors as they may arrive: their own, held by others, transposed, and one row repeated.
#[allow(clippy::type_complexity)] // named once, here
fn arrivals() -> [(&'static str, Arrive); 4] {
    [
        ("plain", |x| x),
        ("transposed", |x| x.transpose()),
        ("a part", |x| {
            let [rows, columns] = x.dims();
            x.slice([rows / 2..rows, columns / 2..columns])
        }),
        ("repeated", |x| {
            let shape = x.dims();
            x.slice([0..1, 0..shape[1]]).expand(shape)
        }),
    ]
}

#[test]
fn steps_give_what_burns_operations_give_and_leave_their_inputs_alone() {
    for backend in backends() {
        for shape in SHAPES {
            for (name, arrive) in arrivals() {
                let what = format!("{}, {shape:?}, {name}", backend.name);
                let state = || state(shape, &backend.device).map(arrive);
                let held = state();
                let before = named(held.clone());
                for step in adam_steps() {
                    // Tensors that nobody else holds, then ones that are held.
                    let expected = named(composed_adam(state(), step));
                    for state in [state(), held.clone()] {
                        close(&named(adam(state, step)), &expected, TOLERANCE)
                            .unwrap_or_else(|error| panic!("{what}, {step:?}: {error}"));
                    }
                }
                for step in sgd_steps() {
                    let expected = named(composed_sgd(state(), step));
                    for state in [state(), held.clone()] {
                        close(&named(sgd(state, step)), &expected, TOLERANCE)
                            .unwrap_or_else(|error| panic!("{what}, {step:?}: {error}"));
                    }
                }
                for step in rms_prop_steps() {
                    let expected = named(composed_rms_prop(state(), step));
                    for state in [state(), held.clone()] {
                        close(&named(rms_prop(state, step)), &expected, TOLERANCE)
                            .unwrap_or_else(|error| panic!("{what}, {step:?}: {error}"));
                    }
                }
                assert_eq!(named(held), before, "{what}: changed");
            }
        }
    }
}

/// Products with subnormal values take a hundred times as long.
#[test]
fn moments_without_gradient_end_at_zero_and_not_at_subnormal_values() {
    for backend in backends() {
        let all = |value: f32| tensor(vec![value; 35], [5, 7], &backend.device);
        let (mut parameter, mut moments) = (all(0.5), [all(1e-3), all(1e-37)]);
        let step = AdamStep {
            beta_2: 0.9,
            ..adam_steps()[0]
        };
        for _ in 0..1000 {
            let [value, first, second] = kernels::adam_step(parameter, all(0.0), moments, step);
            (parameter, moments) = (value, [first, second]);
        }
        for moment in moments {
            assert_eq!(values(moment), vec![0.0; 35], "{}", backend.name);
        }
        let step = sgd_steps()[1];
        let step = SgdStep { decay: 0.0, ..step };
        let (mut parameter, mut velocity) = (all(0.5), all(1e-3));
        for _ in 0..1000 {
            [parameter, velocity] = kernels::sgd_step(parameter, all(0.0), velocity, step);
        }
        assert_eq!(values(velocity), vec![0.0; 35], "{}", backend.name);
    }
}

#[test]
fn steps_in_double_precision_stay_double() {
    for backend in backends() {
        let state = || state([7, 33], &backend.device).map(|x| x.cast(DType::F64) / 3.0);
        let [parameter, ..] = adam(state(), adam_steps()[0]);
        assert_eq!(parameter.dtype(), DType::F64, "{}", backend.name);
        let [expected, ..] = composed_adam(state(), adam_steps()[0]);
        assert!((parameter - expected).abs().max().into_scalar::<f64>() < 1e-12);
        let [parameter, _] = sgd(state(), sgd_steps()[1]);
        let [expected, _] = composed_sgd(state(), sgd_steps()[1]);
        assert_eq!(parameter.dtype(), DType::F64, "{}", backend.name);
        assert!((parameter - expected).abs().max().into_scalar::<f64>() < 1e-12);
    }
}

#[test]
fn norms_and_scaled_gradients_are_those_of_burns_operations() {
    for backend in backends() {
        for shape in SHAPES {
            for (name, arrive) in arrivals() {
                let x = arrive(tensor(
                    smooth(1, shape.iter().product(), 1.0),
                    shape,
                    &backend.device,
                ));
                let before = values(x.clone());
                let sum: f64 = before.iter().map(|value| f64::from(*value).powi(2)).sum();
                let norm = kernels::squared_norm(x.clone()).into_scalar::<f64>();
                let what = format!("{}, {shape:?}, {name}", backend.name);
                assert!(
                    (norm - sum).abs() <= 1e-6 * sum,
                    "{what}: {norm}, not {sum}"
                );
                let expected: Vec<f32> = before.iter().map(|value| value * 0.3).collect();
                assert_eq!(values(kernels::scale(x.clone(), 0.3)), expected, "{what}");
                assert_eq!(values(x), before, "{what}: changed");
            }
        }
    }
}
