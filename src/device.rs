//! The device that a run computes on. Backends are selected when the program is built, one of them
//! when it runs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use burn::tensor::{Device, Tensor};
use clap::ValueEnum;
use pulp::Arch;

use crate::progress::Progress;
use crate::text::panic_message;

/// `--device`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum DeviceChoice {
    /// A GPU if there is one, else the CPU
    #[default]
    Auto,
    /// CPU, Burn's ndarray backend
    Ndarray,
    /// CPU, Burn's flex backend (faster convolutions)
    Flex,
    /// GPU through Vulkan, Metal or DirectX
    Wgpu,
    /// NVIDIA GPU
    Cuda,
}

impl DeviceChoice {
    /// A compiled-in CPU backend, or `auto` if there is none.
    pub fn cpu() -> Self {
        match (cfg!(feature = "ndarray"), cfg!(feature = "flex")) {
            (true, _) => DeviceChoice::Ndarray,
            (_, true) => DeviceChoice::Flex,
            _ => DeviceChoice::Auto,
        }
    }
}

/// A device, and the name of its backend.
#[derive(Debug, Clone)]
pub struct Backend {
    pub name: &'static str,
    pub device: Device,
}

impl Backend {
    /// Whether the CPU computes.
    pub fn is_cpu(&self) -> bool {
        matches!(self.name, "flex" | "ndarray")
    }
}

/// The requested device cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    #[error(
        "this program was built without the {name} backend; it has {}. Build it in with: cargo run --features {name} -- ...", compiled().join(", ")
    )]
    NotCompiled { name: &'static str },
    #[error(
        "no {name} device answers ({reason}); check its driver, or let --device auto fall back to the CPU"
    )]
    NotThere { name: &'static str, reason: String },
    #[error(
        "this program was built without any backend; build it with: cargo run --features ndarray -- ..."
    )]
    NoBackend,
}

/// Names of the compiled-in backends, the fastest for training first.
pub fn compiled() -> Vec<&'static str> {
    [
        ("cuda", cfg!(feature = "cuda")),
        ("wgpu", cfg!(feature = "wgpu")),
        ("flex", cfg!(feature = "flex")),
        ("ndarray", cfg!(feature = "ndarray")),
    ]
    .into_iter()
    .filter_map(|(name, compiled)| compiled.then_some(name))
    .collect()
}

/// The vector instructions that the kernels use on this CPU.
pub fn vector_instructions() -> &'static str {
    match Arch::new() {
        #[cfg(target_arch = "x86_64")]
        Arch::V3(_) => "AVX2",
        #[cfg(target_arch = "x86_64")]
        Arch::V4(_) => "AVX-512",
        #[cfg(target_arch = "aarch64")]
        Arch::Neon(_) => "NEON",
        _ => "none",
    }
}

/// Opens the device of `choice`; `auto` warns if it falls back to the CPU.
///
/// # Errors
/// A backend requested by name is not compiled in, or has no device.
pub fn open(choice: DeviceChoice, progress: &dyn Progress) -> Result<Backend, BackendError> {
    match choice {
        DeviceChoice::Auto => automatic(progress),
        DeviceChoice::Ndarray => cpu("ndarray"),
        DeviceChoice::Flex => cpu("flex"),
        DeviceChoice::Wgpu => gpu("wgpu", Software::Allowed),
        DeviceChoice::Cuda => gpu("cuda", Software::Allowed),
    }
}

fn automatic(progress: &dyn Progress) -> Result<Backend, BackendError> {
    let compiled = compiled();
    for name in ["cuda", "wgpu"]
        .into_iter()
        .filter(|name| compiled.contains(name))
    {
        match gpu(name, Software::Refused) {
            Ok(backend) => return Ok(backend),
            Err(error) => progress.warn(&error.to_string()),
        }
    }
    let name = ["flex", "ndarray"]
        .into_iter()
        .find(|name| compiled.contains(name));
    cpu(name.ok_or(BackendError::NoBackend)?)
}

fn cpu(name: &'static str) -> Result<Backend, BackendError> {
    let device = match name {
        #[cfg(feature = "flex")]
        "flex" => Device::flex(),
        #[cfg(feature = "ndarray")]
        // Deprecated upstream in favour of flex, but the default of this program.
        #[allow(deprecated)]
        "ndarray" => Device::ndarray(),
        _ => return Err(BackendError::NotCompiled { name }),
    };
    Ok(Backend { name, device })
}

/// Whether a GPU that is emulated on the CPU is accepted.
#[derive(Clone, Copy, PartialEq)]
enum Software {
    Allowed,
    Refused,
}

fn gpu(name: &'static str, software: Software) -> Result<Backend, BackendError> {
    let mut reason = "none found".to_string();
    for open in candidates(name, software).ok_or(BackendError::NotCompiled { name })? {
        match probe(open) {
            Ok(device) => return Ok(Backend { name, device }),
            Err(error) => reason = error,
        }
    }
    Err(BackendError::NotThere { name, reason })
}

/// The devices to try, the fastest first; `None` if the backend is not compiled in.
#[cfg_attr(not(feature = "wgpu"), allow(unused_variables))]
fn candidates(name: &str, software: Software) -> Option<Vec<fn() -> Device>> {
    match name {
        #[cfg(feature = "cuda")]
        "cuda" => Some(vec![|| Device::cuda(0)]),
        #[cfg(feature = "wgpu")]
        "wgpu" => {
            use burn::tensor::DeviceKind;
            let mut kinds: Vec<fn() -> Device> = vec![
                || Device::wgpu(DeviceKind::DiscreteGpu(0)),
                || Device::wgpu(DeviceKind::IntegratedGpu(0)),
                || Device::wgpu(DeviceKind::VirtualGpu(0)),
            ];
            if software == Software::Allowed {
                kinds.push(|| Device::wgpu(DeviceKind::Cpu));
                kinds.push(|| Device::wgpu(DeviceKind::DefaultDevice));
            }
            Some(kinds)
        }
        _ => None,
    }
}

/// Opens a device and computes a sum on it. Burn panics if a driver is missing.
fn probe(open: fn() -> Device) -> Result<Device, String> {
    static HOOK: Mutex<()> = Mutex::new(());
    let _guard = HOOK.lock();
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let attempt = catch_unwind(AssertUnwindSafe(|| {
        let device = open();
        let sum = Tensor::<1>::ones([4], &device).sum();
        (sum.try_into_scalar::<f32>())
            .map(|sum| (device, sum))
            .map_err(|error| error.to_string())
    }));
    std::panic::set_hook(hook);
    match attempt {
        Ok(Ok((device, 4.0))) => Ok(device),
        Ok(Ok((_, sum))) => Err(format!("it computes 1 + 1 + 1 + 1 = {sum}")),
        Ok(Err(error)) => Err(error),
        Err(panic) => {
            let first = panic_message(panic.as_ref());
            // Burn's runtime thread reports a missing driver as a closed channel.
            let first = first.filter(|text| !text.contains("RecvError"));
            Err(first
                .unwrap_or("no driver or adapter was found")
                .to_string())
        }
    }
}
