//! Random layers give what Burn's own operations give, forward and backward.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use super::cases::{conv_cases, dense_cases};
use super::support::{backends, close, composed_block, composed_dense, grid};
use crate as kernels;
use crate::simd::forced;

/// Relative to the largest value of a tensor. Sums are exact here; what is left is rounding in
/// means, and in `tanh`, of which the kernel's is up to 6 units in the last place off.
const TOLERANCE: f32 = 1e-5;

/// The same cases everywhere; a failing one is shrunk before it is shown.
///
/// A fifth of the `cases`, the first, unless the variable `THOROUGH` is set, as `.ci/run` does: Burn's
/// own operations, which the kernels are compared with, are built without optimisation.
pub fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config {
        cases: match std::env::var_os("THOROUGH") {
            Some(_) => cases,
            None => cases.div_ceil(5),
        },
        failure_persistence: None,
        max_local_rejects: 1_000_000,
        max_global_rejects: 1_000_000,
        max_shrink_iters: 2_000,
        rng_seed: RngSeed::Fixed(20),
        ..Config::default()
    })
}

#[test]
fn a_convolution_block_gives_what_its_parts_give() {
    for backend in backends() {
        let run = runner(1_500).run(&conv_cases(), |case| {
            let actual = case.run(grid, kernels::conv_block, &backend.device);
            let expected = case.run(grid, composed_block, &backend.device);
            close(&actual, &expected, TOLERANCE).map_err(TestCaseError::fail)
        });
        run.unwrap_or_else(|error| panic!("{}: {error}", backend.name));
    }
}

#[test]
fn a_dense_layer_gives_what_its_parts_give() {
    for backend in backends() {
        let run = runner(300).run(&dense_cases(), |case| {
            let actual = case.run(grid, kernels::dense, &backend.device);
            let expected = case.run(grid, composed_dense, &backend.device);
            close(&actual, &expected, TOLERANCE).map_err(TestCaseError::fail)
        });
        run.unwrap_or_else(|error| panic!("{}: {error}", backend.name));
    }
}

/// What a machine without AVX-512, or without any vectors, would compute, save the products of
/// dense layers, for which `gemm` chooses by itself.
#[test]
fn every_instruction_set_gives_what_the_parts_give() {
    for (name, arch) in forced::all() {
        for backend in backends() {
            let conv = runner(300).run(&conv_cases(), |case| {
                let run = || case.run(grid, kernels::conv_block, &backend.device);
                let expected = case.run(grid, composed_block, &backend.device);
                close(&forced::with(arch, run), &expected, TOLERANCE).map_err(TestCaseError::fail)
            });
            conv.unwrap_or_else(|error| panic!("{name}, {}: {error}", backend.name));
            let dense = runner(100).run(&dense_cases(), |case| {
                let run = || case.run(grid, kernels::dense, &backend.device);
                let expected = case.run(grid, composed_dense, &backend.device);
                close(&forced::with(arch, run), &expected, TOLERANCE).map_err(TestCaseError::fail)
            });
            dense.unwrap_or_else(|error| panic!("{name}, {}: {error}", backend.name));
        }
    }
}
