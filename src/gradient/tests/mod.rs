mod forward;
mod gradients;

use burn::tensor::{Device, Tensor, TensorData};
use serde_json::{Value, json};

use super::InputGradient;
use crate::data::Normalization;
use crate::models::{Initialization, Network, NetworkConfig};
use crate::pixels::ImageShape;
use crate::reference::stream;

const CLASSES: usize = 3;
/// Colour images, small enough to shift each value by itself.
const INPUT: ImageShape = ImageShape::new(3, 6, 5);

/// A smooth network, whose finite differences are near to its gradients.
fn smooth(device: &Device) -> Network {
    network(
        json!({"name": "sequential", "layers": [
            "conv 4 3x3 same", "batch-norm", "tanh", "avg-pool 2x2", "conv 5 2x2", "tanh", "dropout 0.5",
            "flatten", "dense 6", "tanh", "dense classes"
        ]}),
        device,
    )
}

fn network(model: Value, device: &Device) -> Network {
    let config: NetworkConfig = serde_json::from_value(model).unwrap();
    let initialization = Initialization::default();
    (config.build(INPUT, CLASSES, initialization, 5, device)).unwrap()
}

/// One of every kind that `data.normalize` can choose.
fn normalizations() -> Vec<Normalization> {
    let imagenet = [[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]];
    vec![
        Normalization::unit(3),
        Normalization {
            mean: vec![0.2, 0.5, 0.7],
            deviation: vec![0.3, 0.1, 1.0],
            per_image: false,
        },
        Normalization::pretrained(3, imagenet).unwrap(),
        Normalization::per_image(),
        Normalization::none(),
    ]
}

/// Random images of 8-bit values.
fn pixels(images: usize) -> Vec<u8> {
    let value = |index| (256.0 * stream(11, index)) as u8;
    (0..images * INPUT.len()).map(value).collect()
}

/// Images in pixel space.
fn images(pixels: &[u8], device: &Device) -> Tensor<4> {
    let values: Vec<f32> = pixels.iter().map(|&v| f32::from(v) / 255.0).collect();
    tensor(values, device)
}

/// `[images, channels, height, width]`
fn tensor(values: Vec<f32>, device: &Device) -> Tensor<4> {
    let ImageShape {
        channels,
        height,
        width,
    } = INPUT;
    let shape = [values.len() / INPUT.len(), channels, height, width];
    Tensor::from_data(TensorData::new(values, shape), device)
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

#[track_caller]
fn assert_close(actual: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(actual.len(), expected.len(), "{what}");
    for (index, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        assert!(
            (actual - expected).abs() <= tolerance,
            "{what} [{index}]: {actual} instead of {expected}"
        );
    }
}
