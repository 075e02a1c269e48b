//! The GPU backend against the CPU, on whatever Vulkan device there is, be it an emulated one.

use super::*;

/// Losses agree to this, relative: both are 32-bit floats, summed in another order.
const LOSS_TOLERANCE: f64 = 1e-4;
/// Weights agree to this after fourteen Adam steps of 1e-3: a tenth of one step. Mesa's software
/// device came within 5e-8.
const WEIGHT_TOLERANCE: f32 = 1e-4;

fn tensors(run: &Path) -> Vec<(String, Vec<f32>)> {
    let bytes = weights(run);
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let read = |view: &safetensors::tensor::TensorView| {
        let values = view.data().chunks_exact(4);
        values
            .map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()))
            .collect()
    };
    let mut tensors: Vec<(String, Vec<f32>)> = tensors
        .iter()
        .map(|(name, view)| (name.to_string(), read(&view)))
        .collect();
    tensors.sort_by(|a, b| a.0.cmp(&b.0));
    tensors
}

#[test]
#[ignore = "needs a Vulkan device: run cargo test --features wgpu -- --include-ignored wgpu"]
fn training_on_wgpu_gives_the_losses_and_weights_of_the_cpu() {
    let place = Workplace::new();
    let layers = "model.layers=[\"conv 4 3x3 stride 2 relu\", \"max-pool 2x2\", \"conv 6 3x3 same tanh\", \"avg-pool 2x2\", \"flatten\", \"dense 16 relu\", \"dense classes\"]";
    let settings = [
        "model.name=sequential",
        layers,
        "data.train_images=220",
        "data.test_images=50",
        "training.epochs=2",
        "training.learning_rate=1e-3",
        "training.epsilon=1e-5",
    ];
    let train = |name: &str, device: &str| {
        let args = ["train", "--ui", "none", "--name", name, "--device", device];
        place.succeed(&[&args[..], &settings].concat());
        place.path("artifacts").join(name)
    };
    let (cpu, gpu) = (train("cpu", CPU), train("gpu", "wgpu"));
    assert_eq!(json(&gpu.join("summary.json"))["backend"], "wgpu");
    for (cpu, gpu) in history(&cpu)[1..].iter().zip(&history(&gpu)[1..]) {
        for column in [2, 4] {
            let [cpu, gpu]: [f64; 2] =
                [&cpu[column], &gpu[column]].map(|text| text.parse().unwrap());
            assert!(
                (cpu - gpu).abs() <= LOSS_TOLERANCE * cpu,
                "loss {gpu} on wgpu, {cpu} on the CPU"
            );
        }
    }
    let (cpu, gpu) = (tensors(&cpu), tensors(&gpu));
    assert_eq!(cpu.len(), gpu.len());
    for ((name, cpu), (_, gpu)) in cpu.iter().zip(&gpu) {
        let farthest = cpu
            .iter()
            .zip(gpu)
            .map(|(a, b)| (a - b).abs())
            .fold(0f32, f32::max);
        println!("{name}: farthest apart {farthest:.1e}");
        assert!(farthest <= WEIGHT_TOLERANCE, "{name}: {farthest} apart");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_missing_gpu_is_an_error_by_name_and_a_warning_by_auto() {
    let place = Workplace::new();
    let train = |name: &str, device: &str| {
        let mut command = place.command();
        // Neither Vulkan nor OpenGL finds a driver.
        command.env("VK_DRIVER_FILES", "/nonexistent");
        command.env("__EGL_VENDOR_LIBRARY_FILENAMES", "/nonexistent");
        let args = ["train", "--ui", "none", "--name", name, "--device", device];
        command.args(args).args(QUICK).output().unwrap()
    };
    let refused = train("by-name", "wgpu");
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("no wgpu device answers"));
    assert!(!stderr(&refused).contains("panicked"));
    let fallen_back = train("auto", "auto");
    assert!(fallen_back.status.success(), "{}", stderr(&fallen_back));
    assert!(stderr(&fallen_back).contains("warning: no wgpu device answers"));
    let backend = &json(&place.path("artifacts/auto/summary.json"))["backend"];
    assert!(backend == "flex" || backend == "ndarray", "{backend}");
}
