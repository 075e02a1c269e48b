//! Tests that run over the registry: a network that is registered is tested.

use std::io::Write;

use burn::tensor::{Device, Tensor};

use super::*;
use crate::device::{self, DeviceChoice};
use crate::pixels::ImageShape;

mod layers;
mod networks;
mod weights;

const GREY: ImageShape = ImageShape::new(1, 28, 28);

fn device() -> Device {
    device::open(DeviceChoice::cpu(), &()).unwrap().device
}

fn config(text: &str) -> NetworkConfig {
    toml::from_str(text).unwrap()
}

/// Every registered network with its defaults and with each preset.
fn registered() -> Vec<(String, NetworkConfig)> {
    let mut networks = Vec::new();
    // Those that are published with weights have tests of their own.
    for entry in REGISTRY.iter().filter(|entry| entry.architecture.is_none()) {
        let layers = match entry.name {
            "sequential" => format!("layers = {EXAMPLE_LAYERS}\n"),
            _ => String::new(),
        };
        let text = format!("name = \"{}\"\n{layers}", entry.name);
        networks.push((entry.name.to_string(), config(&text)));
        for (preset, settings) in entry.presets {
            let network = config(&format!("{text}{settings}"));
            networks.push((format!("{} {preset}", entry.name), network));
        }
    }
    networks
}

fn build(config: &NetworkConfig, input: ImageShape, device: &Device) -> Network {
    let initialization = Initialization::default();
    config.build(input, 10, initialization, 7, device).unwrap()
}

/// `network` with the weights of a file that holds `bytes`.
fn reread(network: Network, bytes: &[u8]) -> Result<Network, WeightsError> {
    let mut file = tempfile::Builder::new()
        .suffix("model.safetensors")
        .tempfile()
        .unwrap();
    file.write_all(bytes).unwrap();
    network.with_weights_of_run(file.path())
}

fn values(tensor: Tensor<2>) -> Vec<f32> {
    tensor.into_data().iter().collect()
}
