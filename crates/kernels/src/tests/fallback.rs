//! What the kernels do not cover goes to Burn's own operations, and a log record says so.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use burn::tensor::{DType, Device, Tensor, TensorData};
use log::{Level, LevelFilter, Log, Metadata, Record};

use super::cases::{ConvCase, DenseCase};
use super::naive::{self, Inputs, wide};
use super::support::{backends, close, composed_block, composed_dense, smooth};
use crate::{self as kernels, Activation, ConvBlock, Pool, PoolKind};

fn double<const D: usize>(values: &[f64], shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(
        TensorData::new(values.to_vec(), shape),
        (device, DType::F64),
    )
}

fn check<const D: usize>(output: Tensor<D>, expected: &[f64], name: &str) {
    assert_eq!(output.dtype(), DType::F64, "{name}");
    let output: Vec<f64> = output.into_data().try_into_vec().unwrap();
    assert_eq!(output.len(), expected.len(), "{name}");
    for (actual, expected) in output.iter().zip(expected) {
        assert!(
            (actual - expected).abs() < 1e-12,
            "{name}: {actual}, not {expected}"
        );
    }
}

#[test]
fn double_precision_stays_double() {
    let pool = Pool {
        kind: PoolKind::Average {
            count_include_pad: false,
        },
        kernel: [3, 2],
        stride: [2, 1],
        padding: [1, 1],
        dilation: [1, 1],
    };
    let block = ConvBlock {
        activation: Some(Activation::Tanh),
        pool: Some(pool),
        ..ConvBlock::default()
    };
    let conv = ConvCase {
        images: [2, 3, 9, 8],
        weight: [4, 3, 3, 2],
        bias: true,
        block,
        seed: 0,
    };
    let dense = DenseCase {
        batch: 3,
        inputs: 20,
        outputs: 17,
        bias: true,
        activation: Some(Activation::Relu),
        seed: 0,
    };
    for backend in backends() {
        let device = backend.device;
        // Thirds: not numbers of single precision.
        let third = |values: Vec<f64>| values.into_iter().map(|value| value / 3.0).collect();
        let thirds = |values| -> Inputs { wide(values).map(third) };
        let inputs = thirds(conv.values(smooth));
        let [images, weight, bias] = &inputs;
        let images = double(images, conv.images, &device);
        let weight = double(weight, conv.weight, &device);
        let bias = Some(double(bias, [4], &device));
        let output = kernels::conv_block(images, weight, bias, &block);
        check(output, &naive::conv_block(&conv, &inputs), backend.name);

        let inputs = thirds(dense.values(smooth));
        let [x, weight, bias] = &inputs;
        let (x, weight) = (
            double(x, [3, 20], &device),
            double(weight, [20, 17], &device),
        );
        let bias = Some(double(bias, [17], &device));
        let output = kernels::dense(x, weight, bias, dense.activation);
        check(output, &naive::dense(&dense, &inputs), backend.name);
    }
}

#[test]
fn an_empty_batch_has_an_empty_output() {
    for backend in backends() {
        let device = &backend.device;
        let x = kernels::dense(
            Tensor::zeros([0, 5], device),
            Tensor::ones([5, 7], device),
            None,
            None,
        );
        assert_eq!(x.dims(), [0, 7], "{}", backend.name);
    }
}

#[test]
fn shapes_that_do_not_fit_are_refused_where_burn_refuses_them() {
    for backend in backends() {
        let device = &backend.device;
        let bias = |len: Option<usize>| len.map(|len| Tensor::<1>::ones([len], device));
        let convs = [
            ("channels", [4, 2, 3, 3], None),
            ("bias", [4, 3, 3, 3], Some(8)),
            ("kernel", [4, 3, 9, 9], None),
        ];
        for (name, weight, len) in convs {
            let [kernel, burn] = [kernels::conv_block, composed_block].map(|operation| {
                let (x, weight) = (
                    Tensor::ones([1, 3, 8, 8], device),
                    Tensor::ones(weight, device),
                );
                let run = || operation(x, weight, bias(len), &ConvBlock::default()).dims();
                catch_unwind(AssertUnwindSafe(run)).ok()
            });
            assert_eq!(kernel, burn, "{}, {name}", backend.name);
        }
        for (name, weight, len) in [("inputs", [4, 5], None), ("bias", [3, 5], Some(10))] {
            let [kernel, burn] = [kernels::dense, composed_dense].map(|operation| {
                let (x, weight) = (Tensor::ones([2, 3], device), Tensor::ones(weight, device));
                let run = || operation(x, weight, bias(len), None).dims();
                catch_unwind(AssertUnwindSafe(run)).ok()
            });
            assert_eq!(kernel, burn, "{}, {name} of a dense layer", backend.name);
        }
    }
}

/// Keeps what the kernels log.
struct Memory;

static RECORDS: Mutex<Vec<String>> = Mutex::new(Vec::new());

impl Log for Memory {
    fn enabled(&self, metadata: &Metadata) -> bool {
        metadata.level() <= Level::Debug && metadata.target().starts_with("burn_cnn_kernels")
    }

    fn log(&self, record: &Record) {
        if self.enabled(record.metadata()) {
            RECORDS.lock().unwrap().push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

#[test]
fn a_window_of_more_than_256_values_is_left_to_burn_and_logged() {
    log::set_logger(&Memory).expect("no other test of this binary sets a logger");
    log::set_max_level(LevelFilter::Debug);
    let logged = |shape: [usize; 4]| {
        let records = RECORDS.lock().unwrap();
        records
            .iter()
            .any(|record| record.contains(&format!("images {shape:?}")))
    };
    for backend in backends() {
        // Sizes that no other test has: they run at the same time.
        let case = |kernel: [usize; 2], width: usize| ConvCase {
            images: [2, 3, 101, width],
            weight: [5, 3, 2, 2],
            bias: true,
            block: ConvBlock {
                activation: Some(Activation::Relu),
                pool: Some(Pool {
                    kind: PoolKind::Max,
                    kernel,
                    stride: [16, 17],
                    padding: [0, 0],
                    dilation: [1, 1],
                }),
                ..ConvBlock::default()
            },
            seed: 0,
        };
        let (inside, beyond) = (case([16, 16], 53), case([16, 17], 54));
        for case in [&inside, &beyond] {
            let actual = case.run(smooth, kernels::conv_block, &backend.device);
            let expected = case.run(smooth, composed_block, &backend.device);
            close(&actual, &expected, 1e-5)
                .unwrap_or_else(|error| panic!("{}: {error}", backend.name));
        }
        assert!(
            !logged(inside.images),
            "{}: 256 values are covered",
            backend.name
        );
        assert!(logged(beyond.images), "{}: no record", backend.name);
        RECORDS.lock().unwrap().clear();
    }
}
