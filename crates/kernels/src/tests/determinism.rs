//! The same call gives the same bits, and the number of threads hardly matters.

use burn::tensor::Device;

use super::cases::{ConvCase, DenseCase};
use super::support::{Results, backends, close, smooth};
use crate::{self as kernels, Activation, ConvBlock, Pool};

type Call = Box<dyn Fn(&Device) -> Results + Sync>;

/// Calls with values whose sums depend on their order.
fn calls() -> Vec<(&'static str, Call)> {
    let maximum = Pool::max([2, 2]);
    let average = Pool::average([2, 2]);
    let block = ConvBlock {
        activation: Some(Activation::Tanh),
        ..ConvBlock::default()
    };
    let conv = |images, weight, block| {
        let case = ConvCase {
            images,
            weight,
            bias: true,
            block,
            seed: 8,
        };
        Box::new(move |device: &Device| case.run(smooth, kernels::conv_block, device)) as Box<_>
    };
    let dense = |batch, inputs, outputs| {
        let activation = Some(Activation::Relu);
        let case = DenseCase {
            batch,
            inputs,
            outputs,
            bias: true,
            activation,
            seed: 8,
        };
        Box::new(move |device: &Device| case.run(smooth, kernels::dense, device)) as Box<_>
    };
    let pooled = |pool| ConvBlock {
        pool: Some(pool),
        ..block
    };
    let (images, weight) = ([5, 6, 17, 15], [20, 6, 3, 3]);
    vec![
        ("no pooling", conv(images, weight, block)),
        ("maximum", conv(images, weight, pooled(maximum))),
        (
            "overlapping maximum",
            conv(
                images,
                weight,
                pooled(Pool {
                    stride: [1, 1],
                    ..maximum
                }),
            ),
        ),
        ("average", conv(images, weight, pooled(average))),
        (
            "groups",
            conv(
                images,
                [20, 3, 3, 3],
                ConvBlock {
                    groups: 2,
                    ..pooled(maximum)
                },
            ),
        ),
        (
            "depthwise",
            conv(images, [12, 1, 3, 3], ConvBlock { groups: 6, ..block }),
        ),
        (
            "one filter a channel",
            conv(images, [6, 1, 3, 3], ConvBlock { groups: 6, ..block }),
        ),
        ("one image", conv([1, 6, 33, 15], weight, pooled(maximum))),
        (
            "one image, average",
            conv([1, 6, 33, 15], weight, pooled(average)),
        ),
        ("one value", conv([1, 6, 3, 3], weight, block)),
        ("dense", dense(70, 300, 200)),
        ("dense, few rows", dense(3, 700, 200)),
    ]
}

#[test]
fn the_same_call_gives_the_same_bits() {
    let bits = |results: &Results| -> Vec<Vec<u32>> {
        results
            .iter()
            .map(|(_, values)| values.iter().map(|v| v.to_bits()).collect())
            .collect()
    };
    for backend in backends() {
        for (name, call) in calls() {
            let mut alone = None;
            for threads in 1..=3 {
                let pool = rayon::ThreadPoolBuilder::new()
                    .num_threads(threads)
                    .build()
                    .unwrap();
                let run = || pool.install(|| call(&backend.device));
                let first = run();
                for _ in 1..20 {
                    let same = bits(&run()) == bits(&first);
                    assert!(
                        same,
                        "{}, {name}, {threads} threads: other bits",
                        backend.name
                    );
                }
                close(&first, alone.get_or_insert_with(|| first.clone()), 1e-5).unwrap_or_else(
                    |error| panic!("{}, {name}, {threads} threads: {error}", backend.name),
                );
            }
        }
    }
}
