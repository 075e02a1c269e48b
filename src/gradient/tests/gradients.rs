//! Gradients against central differences of the objective, and what they must not depend on.

use burn::tensor::Int;

use super::super::{GradientError, Outputs};
use super::*;
use crate::experiment::LossKind;
use crate::loss::Loss;
use crate::models::Features;
use crate::reference::devices;

/// Half the distance of the two points of a difference.
const STEP: f32 = 5e-3;
/// As a share of the largest gradient: rounding of 32-bit values, and the curvature between the points.
const TOLERANCE: f64 = 5e-3;

/// A different class for each image, its score plus a term that looks at the images themselves.
fn score_and_smoothness(targets: Tensor<1, Int>) -> impl Fn(Outputs) -> Tensor<1> {
    move |outputs| {
        let images = outputs.images.clone();
        let [batch, ..] = images.dims();
        let targets = targets
            .clone()
            .to_device(&images.device())
            .reshape([batch, 1]);
        let score = outputs
            .features
            .flatten()
            .gather(1, targets)
            .reshape([batch]);
        let squares = images.powi_scalar(2).flatten::<2>(1, 3);
        score - squares.mean_dim(1).reshape([batch]) * 2.0
    }
}

/// The mean square of a layer's output.
fn energy(outputs: Outputs) -> Tensor<1> {
    let features = outputs.features.flatten();
    let [batch, _] = features.dims();
    features.powi_scalar(2).mean_dim(1).reshape([batch])
}

/// Central differences of an objective for one image, by every value of it.
fn differences(
    image: &[f32],
    objective: impl Fn(Tensor<4>) -> Tensor<1>,
    device: &Device,
) -> Vec<f64> {
    let shifted = |step: f32| -> Vec<f32> {
        let images = (0..image.len()).flat_map(|at| {
            let mut image = image.to_vec();
            image[at] += step;
            image
        });
        images.collect()
    };
    let [above, below] = [STEP, -STEP].map(|step| values(objective(tensor(shifted(step), device))));
    let slopes = above
        .iter()
        .zip(below)
        .map(|(above, below)| (above - below) / f64::from(2.0 * STEP));
    slopes.collect()
}

fn classes(classes: Vec<i32>, device: &Device) -> Tensor<1, Int> {
    Tensor::from_data(TensorData::from(classes.as_slice()), device)
}

fn largest(values: &[f64]) -> f64 {
    values
        .iter()
        .fold(0.0, |largest, value| value.abs().max(largest))
}

#[test]
fn gradients_are_the_differences_of_the_objective_for_every_normalization() {
    let all: Vec<f32> = pixels(3).iter().map(|&v| f32::from(v) / 255.0).collect();
    for device in devices() {
        let network = smooth(&device);
        for normalization in normalizations() {
            let gradient = InputGradient::new(&network, &normalization, &device);
            let objective = score_and_smoothness(classes(vec![2, 0, 1], &device));
            let batch = gradient.of_logits(tensor(all.clone(), &device), objective);
            let batch = values(batch.unwrap().gradient);
            for (number, image) in all.chunks(INPUT.len()).enumerate() {
                let class = [2, 0, 1][number];
                let objective = |images: Tensor<4>| {
                    let many = classes(vec![class; images.dims()[0]], &device);
                    let features = Features::Vector(gradient.logits(images.clone()));
                    score_and_smoothness(many)(Outputs { images, features })
                };
                let expected = differences(image, objective, &device);
                let own = &batch[number * INPUT.len()..][..INPUT.len()];
                let what = format!("image {number}, {normalization:?} on {device:?}");
                assert_close(own, &expected, TOLERANCE * largest(&expected), &what);
            }
        }
    }
}

#[test]
fn objectives_on_an_inner_layer_have_gradients_too() {
    let image: Vec<f32> = pixels(1).iter().map(|&v| f32::from(v) / 255.0).collect();
    for device in devices() {
        let network = smooth(&device);
        for normalization in normalizations() {
            let gradient = InputGradient::new(&network, &normalization, &device);
            for (layer, _) in network.layers() {
                let result = gradient.of_layer(layer, tensor(image.clone(), &device), energy);
                let found = values(result.unwrap().gradient);
                let objective =
                    |images: Tensor<4>| gradient.of_layer(layer, images, energy).unwrap().values;
                let expected = differences(&image, objective, &device);
                let what = format!("{layer}, {normalization:?} on {device:?}");
                assert_close(&found, &expected, TOLERANCE * largest(&expected), &what);
            }
        }
    }
}

#[test]
fn the_gradient_at_a_layer_is_how_the_objective_changes_with_its_output() {
    for device in devices() {
        let network = smooth(&device);
        let gradient = InputGradient::new(&network, &Normalization::per_image(), &device);
        let second = |logits: Tensor<2>| logits.narrow(1, 1, 1).squeeze_dim(1);
        let images = images(&pixels(2), &device);
        for (number, (layer, _)) in network.layers().into_iter().enumerate() {
            let found = gradient.at_layer(layer, images.clone(), second).unwrap();
            // Along the gradient the objective rises by its squared length.
            let later = |shift: f32| {
                let output = match (found.output.clone(), found.gradient.clone()) {
                    (Features::Maps(output), Features::Maps(gradient)) => {
                        Features::Maps(output + gradient * shift)
                    }
                    (Features::Vector(output), Features::Vector(gradient)) => {
                        Features::Vector(output + gradient * shift)
                    }
                    _ => panic!("{layer}: output and gradient have different shapes"),
                };
                match crate::models::forward(&network.layers()[number + 1..], output) {
                    Features::Vector(logits) => values(second(logits)).iter().sum::<f64>(),
                    Features::Maps(_) => panic!("{layer}: maps instead of logits"),
                }
            };
            let length: f64 = match found.gradient.clone() {
                Features::Maps(gradient) => values(gradient),
                Features::Vector(gradient) => values(gradient),
            }
            .iter()
            .map(|value| value * value)
            .sum();
            let slope = (later(STEP) - later(-STEP)) / f64::from(2.0 * STEP);
            assert!(
                (slope - length).abs() <= 1e-2 * length,
                "{layer} on {device:?}: {slope} instead of {length}"
            );
        }
    }
}

#[test]
fn a_batch_gives_each_image_the_gradient_it_has_alone() {
    let relu = json!({"name": "sequential", "layers": [
        "conv 4 3x3 same", "batch-norm", "relu", "max-pool 2x2", "dropout 0.5", "flatten", "dense classes"
    ]});
    let pixels = pixels(5);
    let targets = [2, 0, 1, 1, 0];
    let loss = Loss {
        kind: LossKind::CrossEntropy,
        label_smoothing: 0.1,
        class_weights: None,
    };
    for device in devices() {
        for network in [smooth(&device), network(relu.clone(), &device)] {
            for normalization in normalizations() {
                let gradient = InputGradient::new(&network, &normalization, &device);
                let of = |pixels: &[u8], targets: &[i32]| {
                    let classes = classes(targets.to_vec(), &device.clone().autodiff());
                    // The loss is a mean over the batch.
                    let objective = |outputs: Outputs| {
                        let images = outputs.images.dims()[0] as f64;
                        loss.forward(outputs.features.flatten(), classes) * images
                    };
                    let found = gradient.of_logits(images(pixels, &device), objective);
                    values(found.unwrap().gradient)
                };
                let batch = of(&pixels, &targets);
                let alone: Vec<f64> = (pixels.chunks(INPUT.len()).zip(targets))
                    .flat_map(|(pixels, target)| of(pixels, &[target]))
                    .collect();
                let what = format!("{normalization:?} on {device:?}");
                assert_close(&batch, &alone, 1e-5 * largest(&alone), &what);
                assert!(largest(&alone) > 1e-3, "{what}");
            }
        }
    }
}

#[test]
fn what_has_no_gradient_is_refused() {
    for device in devices() {
        let gradient = InputGradient::new(&smooth(&device), &Normalization::unit(3), &device);
        let images = images(&pixels(2), &device);
        let ones = |_: Outputs| Tensor::<1>::ones([2], &device);
        let refused = gradient.of_logits(images.clone(), ones);
        assert!(matches!(
            refused,
            Err(GradientError::Independent("the images"))
        ));
        let refused = gradient
            .of_layer("conv9", images, energy)
            .err()
            .unwrap()
            .to_string();
        assert!(
            refused.contains("\"conv9\"") && refused.contains("conv1, "),
            "{refused}"
        );
    }
}
