//! Networks and images by the formula in `tests/reference/parity.py`, which makes fixtures with the
//! same ones in PyTorch; see there. For tests only.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor, TensorData};
use serde_json::Value;

use crate::device;
use crate::device::DeviceChoice;
use crate::models::{Initialization, Network, NetworkConfig};
use crate::pixels::ImageShape;

/// The fixture's stream of values in `[0, 1)`.
pub fn stream(seed: u32, index: usize) -> f64 {
    let mut x = (index as u32 + 1).wrapping_mul(2_654_435_761);
    x = x
        .wrapping_add(seed.wrapping_mul(40_503))
        .wrapping_add(12_345);
    x ^= x >> 16;
    x = x.wrapping_mul(0x45d9f3b);
    x ^= x >> 16;
    x = x.wrapping_mul(0x45d9f3b);
    x ^= x >> 16;
    f64::from(x) / 4_294_967_296.0
}

pub fn image_value(n: usize, row: usize, column: usize) -> f32 {
    let wave = 0.35 * (row * (1 + n % 4)) as f64 + 0.23 * (column * (1 + n % 3)) as f64 + n as f64;
    let index = (n * 28 + row) * 28 + column;
    (0.25 * stream(7, index) + 0.75 * (0.5 + 0.5 * wave.sin())) as f32
}

/// Image `n`, `[1, 28, 28]`.
pub fn image(n: usize) -> Vec<f32> {
    let places = (0..28).flat_map(|y| (0..28).map(move |x| (y, x)));
    places.map(|(y, x)| image_value(n, y, x)).collect()
}

/// The network of a `[model]` section with the formula's weights; its parameters must have `shapes`.
pub fn network(model: &Value, device: &Device, shapes: &Value) -> Network {
    let config: NetworkConfig = serde_json::from_value(model.clone()).unwrap();
    let input = ImageShape::new(1, 28, 28);
    let network = config
        .build(input, 10, Initialization::default(), 0, device)
        .unwrap();
    let mut fill = Fill::default();
    let network = network.map(&mut fill);
    assert_eq!(
        &serde_json::to_value(fill.shapes).unwrap(),
        shapes,
        "parameter shapes"
    );
    network
}

/// Gives every parameter the formula's values, in the order of the layers.
#[derive(Default)]
struct Fill {
    path: Vec<String>,
    shapes: Vec<Vec<usize>>,
}

impl ModuleMapper for Fill {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let kind = self.path.last().cloned().unwrap_or_default();
        if kind.starts_with("running") {
            return param;
        }
        let mut shape = param.shape().to_vec();
        // A dense weight is `[in, out]` in Burn and `[out, in]` in PyTorch.
        shape[..].rotate_right(usize::from(D == 2));
        let seed = 1000 + self.shapes.len() as u32;
        let area: usize = shape.iter().skip(2).product();
        let value = |index: usize| {
            let u = stream(seed, index);
            match kind.as_str() {
                "weight" => {
                    let fans = (shape[0] + shape[1]) * area;
                    (2.0 * u - 1.0) * (6.0 / fans as f64).sqrt()
                }
                "gamma" => (0.5 + u) / 2.0,
                _ => (2.0 * u - 1.0) * 0.1,
            }
        };
        let values: Vec<f32> = (0..shape.iter().product())
            .map(|i| value(i) as f32)
            .collect();
        let tensor = Tensor::<1>::from_data(TensorData::from(values.as_slice()), &param.device());
        let dims: [usize; D] = shape.clone().try_into().unwrap();
        let tensor = tensor.reshape(dims);
        let tensor = if D == 2 {
            tensor.swap_dims(0, 1)
        } else {
            tensor
        };
        self.shapes.push(shape);
        let trained = tensor.device().is_autodiff();
        Param::initialized(param.id, tensor.detach().set_require_grad(trained))
    }
}

/// The CPU backends compiled in.
pub fn devices() -> Vec<Device> {
    let choices = [DeviceChoice::Ndarray, DeviceChoice::Flex];
    let devices: Vec<Device> = choices
        .into_iter()
        .filter_map(|choice| Some(device::open(choice, &()).ok()?.device))
        .collect();
    assert!(!devices.is_empty(), "no CPU backend is compiled in");
    devices
}
