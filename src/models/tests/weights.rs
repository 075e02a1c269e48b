use burn::tensor::{Distribution, Tensor};

use super::*;

#[test]
fn weights_survive_being_written_and_read() {
    let device = device();
    for (name, config) in registered() {
        let network = build(&config, GREY, &device);
        let bytes = network.to_safetensors().unwrap();
        let fresh = config
            .build(GREY, 10, Initialization::default(), 99, &device)
            .unwrap();
        let read = reread(fresh, &bytes).unwrap();
        assert_eq!(read.to_safetensors().unwrap(), bytes, "{name}");
        let images = Tensor::random([2, 1, 28, 28], Distribution::Default, &device);
        let (before, after) = (network.forward(images.clone()), read.forward(images));
        assert_eq!(values(before), values(after), "{name}");
    }
}

#[test]
fn weights_have_pytorch_names_and_layouts() {
    let text = "name = \"two-conv\"\nbatch_norm = true";
    let bytes = build(&config(text), GREY, &device())
        .to_safetensors()
        .unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let mut names = tensors.names();
    names.sort_unstable();
    assert!(
        names.contains(&"norm1.running_mean") && names.contains(&"norm1.weight"),
        "{names:?}"
    );
    assert_eq!(
        tensors.tensor("conv2.weight").unwrap().shape(),
        [64, 64, 3, 3]
    );
    assert_eq!(
        tensors.tensor("dense1.weight").unwrap().shape(),
        [128, 1600]
    );
}

#[test]
fn weights_of_another_network_are_refused_by_name() {
    let device = device();
    let lenet = build(&config("name = \"lenet5\""), GREY, &device)
        .to_safetensors()
        .unwrap();
    let dense = build(&config("name = \"dense\""), GREY, &device);
    let error = reread(dense.clone(), &lenet).unwrap_err().to_string();
    assert!(error.contains("model.safetensors"), "{error}");
    assert!(
        error.contains("conv1") || error.contains("dense3"),
        "{error}"
    );
    let wider = config("name = \"dense\"\nhidden = 64");
    let wider = build(&wider, GREY, &device).to_safetensors().unwrap();
    assert!(reread(dense.clone(), &wider).is_err());
    let error = reread(dense, b"not weights").unwrap_err().to_string();
    assert!(error.contains("safetensors"), "{error}");
}
