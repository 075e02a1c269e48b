//! Plain f64 loops, and the slopes of their loss: what neither the kernels nor Burn share.

use proptest::prelude::*;

use super::cases::{ConvCase, DenseCase, conv_cases, dense_cases};
use super::properties::runner;
use super::support::{Results, backends, close, smooth, tensor, values as values_of};
use crate::{self as kernels, Activation, PoolKind};

/// Images, weight and bias, or their like of a dense layer.
pub type Inputs = [Vec<f64>; 3];

pub fn wide(values: [Vec<f32>; 3]) -> Inputs {
    values.map(|values| values.into_iter().map(f64::from).collect())
}

fn activate(activation: Option<Activation>, x: f64) -> f64 {
    match activation {
        None => x,
        Some(Activation::Relu) => x.max(0.0),
        Some(Activation::Relu6) => x.clamp(0.0, 6.0),
        Some(Activation::Tanh) => x.tanh(),
    }
}

/// The output of `case`, `[batch, out channels, height, width]`.
pub fn conv_block(case: &ConvCase, [images, weight, bias]: &Inputs) -> Vec<f64> {
    let [batch, channels, height, width] = case.images;
    let [out_channels, group_in, kernel_h, kernel_w] = case.weight;
    let block = &case.block;
    let group_out = out_channels / block.groups;
    let [rows, columns] = case.convolved();
    let at = |image: usize, channel: usize, y: usize, x: usize| {
        let mut sum = if case.bias { bias[channel] } else { 0.0 };
        for input in 0..group_in {
            for ky in 0..kernel_h {
                for kx in 0..kernel_w {
                    let y = (y * block.stride[0] + ky * block.dilation[0])
                        .checked_sub(block.padding[0]);
                    let x = (x * block.stride[1] + kx * block.dilation[1])
                        .checked_sub(block.padding[1]);
                    let (Some(y), Some(x)) = (y, x) else { continue };
                    if y < height && x < width {
                        let plane = image * channels + channel / group_out * group_in + input;
                        let filter = channel * group_in + input;
                        sum += images[(plane * height + y) * width + x]
                            * weight[(filter * kernel_h + ky) * kernel_w + kx];
                    }
                }
            }
        }
        activate(block.activation, sum)
    };
    let mut output = Vec::new();
    for image in 0..batch {
        for channel in 0..out_channels {
            let plane: Vec<f64> = (0..rows * columns)
                .map(|i| at(image, channel, i / columns, i % columns))
                .collect();
            pool(case, &plane, &mut output);
        }
    }
    output
}

/// Pools one plane of the convolution.
fn pool(case: &ConvCase, plane: &[f64], output: &mut Vec<f64>) {
    let [rows, columns] = case.convolved();
    let Some(pool) = case.block.pool else {
        output.extend(plane);
        return;
    };
    let along = |size: usize, axis: usize| {
        let reach = pool.dilation[axis] * (pool.kernel[axis] - 1) + 1;
        (size + 2 * pool.padding[axis] - reach) / pool.stride[axis] + 1
    };
    for y in 0..along(rows, 0) {
        for x in 0..along(columns, 1) {
            let mut window = Vec::new();
            for ky in 0..pool.kernel[0] {
                for kx in 0..pool.kernel[1] {
                    let y =
                        (y * pool.stride[0] + ky * pool.dilation[0]).checked_sub(pool.padding[0]);
                    let x =
                        (x * pool.stride[1] + kx * pool.dilation[1]).checked_sub(pool.padding[1]);
                    let (Some(y), Some(x)) = (y, x) else { continue };
                    if y < rows && x < columns {
                        window.push(plane[y * columns + x]);
                    }
                }
            }
            let count = match pool.kind {
                PoolKind::Average {
                    count_include_pad: false,
                } => window.len(),
                _ => pool.kernel[0] * pool.kernel[1],
            };
            output.push(match pool.kind {
                PoolKind::Max => window.into_iter().fold(f64::NEG_INFINITY, f64::max),
                PoolKind::Average { .. } => window.into_iter().sum::<f64>() / count as f64,
            });
        }
    }
}

/// The output of `case`, `[batch, outputs]`.
pub fn dense(case: &DenseCase, [x, weight, bias]: &Inputs) -> Vec<f64> {
    let at = |row: usize, column: usize| {
        let start = if case.bias { bias[column] } else { 0.0 };
        let products =
            (0..case.inputs).map(|i| x[row * case.inputs + i] * weight[i * case.outputs + column]);
        activate(case.activation, start + products.sum::<f64>())
    };
    (0..case.batch * case.outputs)
        .map(|i| at(i / case.outputs, i % case.outputs))
        .collect()
}

/// Central differences of `sum(forward(inputs) * upstream)` at a few values of each input.
///
/// What `actual` has there stands in the first of the results, the differences in the second.
fn slopes(
    actual: &Results,
    inputs: &Inputs,
    forward: impl Fn(&Inputs) -> Vec<f64>,
) -> (Results, Results) {
    const STEP: f64 = 1e-6;
    const PLACES: usize = 8;
    let output = forward(inputs);
    let upstream = smooth(3, output.len(), 1.0);
    let loss = |inputs: &Inputs| -> f64 {
        forward(inputs)
            .iter()
            .zip(&upstream)
            .map(|(out, g)| out * f64::from(*g))
            .sum()
    };
    let mut found = vec![actual[0].clone()];
    let mut expected = vec![("output", output.iter().map(|value| *value as f32).collect())];
    for (input, (name, gradient)) in actual[1..].iter().enumerate() {
        let len = gradient.len();
        // The largest as well: it gives the scale to compare with.
        let largest = (0..len).max_by(|a, b| gradient[*a].abs().total_cmp(&gradient[*b].abs()));
        let places = (0..PLACES)
            .map(|i| i * (len - 1) / (PLACES - 1))
            .chain(largest);
        let (mut here, mut there) = (Vec::new(), Vec::new());
        for place in places {
            let moved = |step: f64| {
                let mut inputs = inputs.clone();
                inputs[input][place] += step;
                loss(&inputs)
            };
            here.push(gradient[place]);
            there.push(((moved(STEP) - moved(-STEP)) / (2.0 * STEP)) as f32);
        }
        found.push((name, here));
        expected.push((name, there));
    }
    (found, expected)
}

#[test]
fn a_convolution_block_has_the_value_and_the_slopes_of_plain_loops() {
    let cases = conv_cases().prop_filter("slow in plain loops", |case| case.cost() <= 30_000);
    for backend in backends() {
        let run = runner(100).run(&cases, |case| {
            let upstream = |len| smooth(3, len, 1.0);
            let (values, device) = (case.values(smooth), &backend.device);
            let output = conv_block(&case, &wide(values.clone()));
            if output.iter().any(|value| value.is_infinite()) {
                return Err(TestCaseError::reject("a window of padding only"));
            }
            let actual = case.run_on(values.clone(), upstream, kernels::conv_block, device);
            let (found, expected) =
                slopes(&actual, &wide(values), |inputs| conv_block(&case, inputs));
            close(&found, &expected, 1e-4).map_err(TestCaseError::fail)
        });
        run.unwrap_or_else(|error| panic!("{}: {error}", backend.name));
    }
}

#[test]
fn a_dense_layer_has_the_value_and_the_slopes_of_plain_loops() {
    for backend in backends() {
        let run = runner(10).run(&dense_cases(), |case| {
            let upstream = |len| smooth(3, len, 1.0);
            let (values, device) = (case.values(smooth), &backend.device);
            let actual = case.run_on(values.clone(), upstream, kernels::dense, device);
            let (found, expected) = slopes(&actual, &wide(values), |inputs| dense(&case, inputs));
            close(&found, &expected, 1e-4).map_err(TestCaseError::fail)
        });
        run.unwrap_or_else(|error| panic!("{}: {error}", backend.name));
    }
}

#[test]
fn the_hyperbolic_tangent_is_that_of_double_precision() {
    for backend in backends() {
        // From the smallest numbers to far beyond where it is one, both signs, every power of two.
        let values: Vec<f32> = (0..200_000)
            .map(|i| {
                let size = (f64::from(i / 2) / 1_000.0 - 93.0).exp2() as f32;
                if i % 2 == 0 { size } else { -size }
            })
            .collect();
        let x = tensor(values.clone(), [values.len(), 1], &backend.device);
        let one = tensor(vec![1.0], [1, 1], &backend.device);
        let output = values_of(kernels::dense(x, one, None, Some(Activation::Tanh)));
        for (x, actual) in values.into_iter().zip(output) {
            let expected = f64::from(x).tanh();
            let unit = f64::from(f32::EPSILON) / 2.0 * expected.abs();
            let error = (f64::from(actual) - expected).abs();
            assert!(
                error <= 16.0 * unit && actual.abs() <= 1.0,
                "tanh({x}): {actual}, not {expected}"
            );
        }
    }
}
