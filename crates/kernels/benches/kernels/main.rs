//! Each kernel alone beside Burn's own operations.
//!
//! ```text
//! cargo bench --workspace --features flex --bench kernels            # about two minutes
//! cargo bench --workspace --features flex --bench kernels -- --quick # small sizes, few runs
//! cargo bench --workspace --features flex --bench kernels -- dense   # rows with "dense" in the name
//! cargo bench --workspace --features flex --bench kernels -- peak    # {"gflops": ...} alone
//! ```
//!
//! Kernel and Burn run in turns, so that both meet the same load of the machine; a row shows the
//! medians. The first column of times is the kernel's. Exit code 1 tells that a ratio is below
//! 0.9, measured twice. `peak` is a matrix product of 2048 x 2048 f32 by the `gemm` crate, which
//! Burn's own operations and the dense kernel rest on.
//!
//! Images and gradients come in the order `[batch, channels, height, width]`. Kernels that follow
//! each other in a network hand on channels-last ones, which spares them a copy that is counted
//! here. The gradient of images is left out where a network does not need it: first layers.

mod layers;
mod maps;
mod peak;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use burn::tensor::activation::relu;
use burn::tensor::module::linear;
use burn::tensor::{Device, Distribution, Tensor};
use burn_cnn_kernels::{self as kernels, Activation};

use self::layers::{Conv, DENSE, NORMS, burn_block, burn_norm, convolutions};
use self::maps::{Maps, OPERATIONS};
use self::peak::matrix_peak;

/// The least speed of a kernel, Burn's being one.
const LEAST_RATIO: f64 = 0.9;

fn random<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::random(shape, Distribution::Uniform(-0.1, 0.1), device)
}

/// A layer of one input, weight and bias.
type Layer<'a, const D: usize> = &'a dyn Fn(Tensor<D>, Tensor<D>, Option<Tensor<1>>) -> Tensor<D>;

/// Seconds that one call takes.
fn seconds(call: &dyn Fn()) -> f64 {
    let start = Instant::now();
    call();
    start.elapsed().as_secs_f64()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Medians of `kernel` and `burn`, run in turns for `budget`, five times at least.
fn in_turns(kernel: &dyn Fn(), burn: &dyn Fn(), budget: Duration) -> [f64; 2] {
    for _ in 0..2 {
        kernel();
        burn();
    }
    let start = Instant::now();
    let mut times = [Vec::new(), Vec::new()];
    while start.elapsed() < budget || times[0].len() < 5 {
        times[0].push(seconds(kernel));
        times[1].push(seconds(burn));
    }
    times.map(median)
}

/// Prints rows and counts the slow ones.
struct Table {
    filter: Option<String>,
    budget: Duration,
    slow: usize,
}

impl Table {
    fn heading(&self) {
        println!(
            "{:<44} {:<8} {:<9} {:>9} {:>9} {:>6} {:>8}",
            "layer", "backend", "pass", "kernel ms", "burn ms", "ratio", "GFLOP/s"
        );
    }

    fn row(&mut self, labels: [&str; 3], flops: f64, kernel: &dyn Fn(), burn: &dyn Fn()) {
        let mut times = in_turns(kernel, burn, self.budget);
        if times[1] / times[0] < LEAST_RATIO {
            // Once more, longer: the machine may have been busy with something else.
            times = in_turns(kernel, burn, 3 * self.budget);
        }
        let [kernel, burn] = times;
        let ratio = burn / kernel;
        let slow = ratio < LEAST_RATIO;
        self.slow += usize::from(slow);
        println!(
            "{:<44} {:<8} {:<9} {:>9.3} {:>9.3} {ratio:>6.2} {:>8.1}{}",
            labels[0],
            labels[1],
            labels[2],
            1e3 * kernel,
            1e3 * burn,
            flops / kernel / 1e9,
            if slow { "  slow" } else { "" }
        );
    }

    /// Both passes of a layer; `multiplications` of the forward pass.
    fn layer<const D: usize>(
        &mut self,
        [name, backend]: [&str; 2],
        [x, weight]: [Tensor<D>; 2],
        multiplications: usize,
        first: bool,
        [kernel, burn]: [Layer<D>; 2],
    ) {
        if self
            .filter
            .as_ref()
            .is_some_and(|filter| !name.contains(filter))
        {
            return;
        }
        let outputs = if D == 2 {
            weight.dims()[1]
        } else {
            weight.dims()[0]
        };
        let bias = random([outputs], &x.device());
        let flops = 2.0 * multiplications as f64;
        let forward = |layer: Layer<D>| {
            black_box(layer(x.clone(), weight.clone(), Some(bias.clone())));
        };
        let labels = [name, backend, "forward"];
        self.row(labels, flops, &|| forward(kernel), &|| forward(burn));

        let x = x.clone().autodiff().set_require_grad(!first);
        let weight = weight.clone().autodiff().require_grad();
        let bias = bias.clone().autodiff().require_grad();
        let both = |layer: Layer<D>| {
            // Its gradient starts with ones: no loss takes time beside the layer.
            let output = layer(x.clone(), weight.clone(), Some(bias.clone()));
            black_box(output.backward());
        };
        let passes = if first { 2.0 } else { 3.0 };
        let labels = [name, backend, "training"];
        self.row(labels, passes * flops, &|| both(kernel), &|| both(burn));
    }

    fn convolution(&mut self, conv: &Conv, backend: &str, device: &Device) {
        let inputs = [random(conv.images, device), random(conv.weight, device)];
        let block = &conv.block;
        // Not the network's own sizes but the convolution's: pooling is not counted.
        let size = |axis: usize| {
            let padded = conv.images[axis + 2] + block.padding[axis] + block.padding[axis + 2];
            (padded - conv.weight[axis + 2]) / block.stride[axis] + 1
        };
        let multiplications =
            conv.images[0] * size(0) * size(1) * conv.weight.iter().product::<usize>();
        self.layer(
            [conv.name, backend],
            inputs,
            multiplications,
            conv.images[1] <= 3,
            [
                &|x, weight, bias| kernels::conv_block(x, weight, bias, block),
                &|x, weight, bias| burn_block(x, weight, bias, block),
            ],
        );
    }

    fn dense(&mut self, [batch, inputs, outputs]: [usize; 3], backend: &str, device: &Device) {
        let activation = Some(Activation::Relu);
        self.layer(
            [
                &format!("dense {batch}x{inputs} to {outputs}, relu"),
                backend,
            ],
            [
                random([batch, inputs], device),
                random([inputs, outputs], device),
            ],
            batch * inputs * outputs,
            false,
            [
                &|x, weight, bias| kernels::dense(x, weight, bias, activation),
                &|x, weight, bias| relu(linear(x, weight, bias)),
            ],
        );
    }

    /// Batch norm with the statistics of the batch, `[pixels, channels]`.
    fn batch_norm(&mut self, [pixels, channels]: [usize; 2], backend: &str, device: &Device) {
        self.layer(
            [&format!("batch norm {pixels}x{channels}, relu"), backend],
            [
                random([pixels, channels], device),
                random([1, channels], device),
            ],
            2 * pixels * channels,
            false,
            [
                &|x, gamma, beta| {
                    let (gamma, beta) = (gamma.reshape([channels]), beta.expect("given"));
                    kernels::batch_norm(x, gamma, beta, 1e-5, Some(Activation::Relu)).output
                },
                &|x, gamma, beta| burn_norm(x, gamma, beta.expect("given")),
            ],
        );
    }

    /// Both passes of an operation on feature maps; an operation per value counts as one.
    fn maps(&mut self, maps: &Maps, backend: &str, device: &Device) {
        if (self.filter.as_ref()).is_some_and(|filter| !maps.name.contains(filter)) {
            return;
        }
        let leaf = |&[batch, channels, height, width]: &[usize; 4]| {
            random([batch, height, width, channels], device).permute([0, 3, 1, 2])
        };
        let leaves: Vec<Tensor<4>> = maps.shapes.iter().map(leaf).collect();
        let values = maps.shapes[0].iter().product::<usize>() as f64;
        let forward = |run: fn(&[Tensor<4>]) -> Tensor<4>| {
            black_box(run(&leaves));
        };
        let labels = [maps.name, backend, "forward"];
        let [kernel, burn] = [maps.kernel, maps.burn];
        self.row(labels, values, &|| forward(kernel), &|| forward(burn));
        let leaves: Vec<_> = (leaves.iter())
            .map(|leaf| leaf.clone().autodiff().require_grad())
            .collect();
        let both = |run: fn(&[Tensor<4>]) -> Tensor<4>| {
            black_box(run(&leaves).backward());
        };
        let labels = [maps.name, backend, "training"];
        self.row(labels, 2.0 * values, &|| both(kernel), &|| both(burn));
    }
}

/// The CPU backends that are built in, by name.
fn backends() -> Vec<(&'static str, Device)> {
    vec![
        #[cfg(feature = "flex")]
        ("flex", Device::flex()),
        #[cfg(feature = "ndarray")]
        // Burn means to drop this backend one day; until then it is a build-time choice.
        #[allow(deprecated)]
        ("ndarray", Device::ndarray()),
    ]
}

fn main() -> ExitCode {
    // As in the program: the main thread computes as well.
    let _ = rayon::ThreadPoolBuilder::new()
        .use_current_thread()
        .build_global();
    // `cargo bench` adds `--bench`.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let peak = matrix_peak();
    if arguments.iter().any(|argument| argument == "peak") {
        println!("{{\"gflops\": {peak:.1}}}");
        return ExitCode::SUCCESS;
    }
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let mut table = Table {
        filter: arguments
            .into_iter()
            .find(|argument| !argument.starts_with("--")),
        budget: Duration::from_millis(if quick { 200 } else { 1000 }),
        slow: 0,
    };
    println!(
        "{} threads, matrix product at {peak:.1} GFLOP/s",
        rayon::current_num_threads()
    );
    table.heading();
    let convolutions = convolutions();
    for (backend, device) in backends() {
        let count = match (backend, quick) {
            ("ndarray", true) => 1,
            ("ndarray", false) => 2,
            (_, true) => 6,
            (_, false) => convolutions.len(),
        };
        for conv in &convolutions[..count] {
            table.convolution(conv, backend, &device);
        }
        for sizes in &DENSE[..count.min(DENSE.len())] {
            table.dense(*sizes, backend, &device);
        }
        for sizes in &NORMS[..count.min(NORMS.len())] {
            table.batch_norm(*sizes, backend, &device);
        }
        for maps in &OPERATIONS[..count.min(OPERATIONS.len())] {
            table.maps(maps, backend, &device);
        }
    }
    if table.slow > 0 {
        println!(
            "{} rows are slower than {LEAST_RATIO} of Burn's own speed",
            table.slow
        );
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
