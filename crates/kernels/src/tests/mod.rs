//! The kernels against Burn's own operations, PyTorch and plain loops, on every CPU backend that
//! is built in.
//!
//! These are unit tests because of `cfg!(test)`: in this build the unchecked reads in `simd.rs`
//! are checked ones, and an offset outside of its slice panics here instead of reading on.
//! They run the instruction set that the machine has; the others share every line of the source.

mod batch_norm;
mod cases;
mod determinism;
mod dropout;
mod fallback;
mod fixtures;
mod layouts;
mod losses;
mod maps;
mod naive;
mod needs_grad;
mod operations;
mod optimizer;
mod properties;
mod special_values;
mod support;
