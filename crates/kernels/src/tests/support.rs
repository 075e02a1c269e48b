//! Values, runs and comparisons that the kernels' tests share.

use burn::backend::Dispatch;
use burn::tensor::{Device, Tensor, TensorData};

use crate::{Activation, Bias, ConvBlock, composed};

/// A CPU device and its backend's name.
pub struct Backend {
    pub name: &'static str,
    pub device: Device,
}

/// The CPU backends that are built in.
pub fn backends() -> Vec<Backend> {
    let found = vec![
        #[cfg(feature = "flex")]
        Backend {
            name: "flex",
            device: Device::flex(),
        },
        #[cfg(feature = "ndarray")]
        Backend {
            name: "ndarray",
            // Burn means to drop this backend one day; until then it is a build-time choice.
            #[allow(deprecated)]
            device: Device::ndarray(),
        },
    ];
    assert!(
        !found.is_empty(),
        "build the tests with --features flex or ndarray"
    );
    found
}

/// The stream of values in `[0, 1)` of `tests/reference/pytorch.py`.
pub fn stream(seed: u32, index: usize) -> f64 {
    let mut x = (index as u32 + 1).wrapping_mul(2_654_435_761);
    x = x
        .wrapping_add(seed.wrapping_mul(40_503))
        .wrapping_add(12_345);
    for _ in 0..2 {
        x ^= x >> 16;
        x = x.wrapping_mul(0x45d9f3b);
    }
    x ^= x >> 16;
    f64::from(x) / 4_294_967_296.0
}

/// Makes values from a seed, their number and their scale: [`grid`] or [`smooth`].
pub type Fill = fn(u32, usize, f32) -> Vec<f32>;

/// Values in `[-scale, scale)` of full precision; sums depend on their order.
pub fn smooth(seed: u32, len: usize, scale: f32) -> Vec<f32> {
    (0..len)
        .map(|i| (2.0 * stream(seed, i) - 1.0) as f32 * scale)
        .collect()
}

/// Values in `[-scale, scale]`, multiples of `scale / 64`.
///
/// On such a grid, with `scale` a power of two, every sum here is exact in f32 whatever its order:
/// two values under a pooling window tie in the kernel exactly where they tie in Burn's operations,
/// and no comparison depends on which of two nearly equal ones is found larger.
pub fn grid(seed: u32, len: usize, scale: f32) -> Vec<f32> {
    (0..len)
        .map(|i| ((stream(seed, i) * 129.0).floor() as f32 - 64.0) / 64.0 * scale)
        .collect()
}

/// A power of two that keeps sums of `terms` products near one, where `tanh` bends.
pub fn weight_scale(terms: usize) -> f32 {
    (-(terms as f32).log2() / 2.0).round().exp2()
}

pub fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

pub fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("values are f32")
}

/// [`crate::conv_block`], or what stands in for it.
pub type ConvOperation = fn(Tensor<4>, Tensor<4>, Option<Tensor<1>>, &ConvBlock) -> Tensor<4>;
/// [`crate::dense`], or what stands in for it.
pub type DenseOperation =
    fn(Tensor<2>, Tensor<2>, Option<Tensor<1>>, Option<Activation>) -> Tensor<2>;

/// The definition of [`crate::conv_block`] in Burn's own operations.
pub fn composed_block(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    block: &ConvBlock,
) -> Tensor<4> {
    let bias = Bias::from(bias);
    let (x, weight) = (x.into_dispatch(), weight.into_dispatch());
    Tensor::from_dispatch(composed::conv_block::<Dispatch>(x, weight, bias, block))
}

/// The definition of [`crate::dense`] in Burn's own operations.
pub fn composed_dense(
    x: Tensor<2>,
    weight: Tensor<2>,
    bias: Option<Tensor<1>>,
    activation: Option<Activation>,
) -> Tensor<2> {
    let bias = Bias::from(bias);
    let (x, weight) = (x.into_dispatch(), weight.into_dispatch());
    Tensor::from_dispatch(composed::dense::<Dispatch>(x, weight, bias, activation))
}

/// What an operation gave: the output and the gradients, by name.
pub type Results = Vec<(&'static str, Vec<f32>)>;

/// The output of an operation, and the gradients of `sum(output * upstream)` with respect to its
/// input, weight and bias.
///
/// `upstream` is made for the number of output values.
pub fn run<const D: usize>(
    [x, weight]: [Tensor<D>; 2],
    bias: Option<Tensor<1>>,
    operation: impl Fn(Tensor<D>, Tensor<D>, Option<Tensor<1>>) -> Tensor<D>,
    upstream: impl Fn(usize) -> Vec<f32>,
) -> Results {
    let x = x.autodiff().require_grad();
    let weight = weight.autodiff().require_grad();
    let bias = bias.map(|bias| bias.autodiff().require_grad());
    let output = operation(x.clone(), weight.clone(), bias.clone());
    let shape = output.dims();
    let factor = tensor(upstream(shape.iter().product()), shape, &output.device());
    let gradients = (output.clone() * factor).sum().backward();
    let mut results = vec![
        ("output", values(output)),
        (
            "gradient of the input",
            values(x.grad(&gradients).expect("asked for")),
        ),
        (
            "gradient of the weight",
            values(weight.grad(&gradients).expect("asked for")),
        ),
    ];
    if let Some(bias) = bias {
        let gradient = bias.grad(&gradients).expect("asked for");
        results.push(("gradient of the bias", values(gradient)));
    }
    results
}

/// Whether `actual` and `expected` are the same kind of number: both NaN, the same infinity, or
/// both finite and at most `tolerance` apart.
fn alike(actual: f32, expected: f32, tolerance: f32) -> bool {
    if actual.is_finite() && expected.is_finite() {
        return (actual - expected).abs() <= tolerance;
    }
    actual == expected || actual.is_nan() && expected.is_nan()
}

/// Compares all of `actual` with `expected`: `tolerance` is relative to the largest finite value
/// of each.
pub fn close(actual: &Results, expected: &Results, tolerance: f32) -> Result<(), String> {
    compare(actual, expected, tolerance, alike)
}

/// As [`close`], but what should be finite may be NaN or infinite.
pub fn nothing_hidden(actual: &Results, expected: &Results, tolerance: f32) -> Result<(), String> {
    compare(
        actual,
        expected,
        tolerance,
        |actual, expected, tolerance| !actual.is_finite() || alike(actual, expected, tolerance),
    )
}

fn compare(
    actual: &Results,
    expected: &Results,
    tolerance: f32,
    alike: fn(f32, f32, f32) -> bool,
) -> Result<(), String> {
    assert_eq!(actual.len(), expected.len());
    for ((name, actual), (_, expected)) in actual.iter().zip(expected) {
        if actual.len() != expected.len() {
            return Err(format!(
                "{name}: {} values, not {}",
                actual.len(),
                expected.len()
            ));
        }
        let finite = expected.iter().filter(|value| value.is_finite());
        let largest = finite.fold(f32::MIN_POSITIVE, |most, value| value.abs().max(most));
        let pairs = actual.iter().zip(expected);
        let wrong: Vec<usize> = (pairs.enumerate())
            .filter(|(_, (a, e))| !alike(**a, **e, tolerance * largest))
            .map(|(at, _)| at)
            .collect();
        if let Some(&at) = wrong.first() {
            return Err(format!(
                "{name}: {} of {} values differ, first at {at}: {:e}, not {:e} (largest {largest:e})",
                wrong.len(),
                actual.len(),
                actual[at],
                expected[at]
            ));
        }
    }
    Ok(())
}
