//! Dense layers on the CPU: matrix product, bias and activation, and the backward pass.

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use gemm::Parallelism;
use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::extension::Bias;
use super::host::{HostTensor, readable};
use super::simd::{activate, activation_gradient, arch, load_some, store_some};
use super::spec::Activation;

/// What the backward pass needs of the forward pass.
#[derive(Debug, Clone)]
pub struct Tape<B: HostTensor> {
    pub x: FloatTensor<B>,
    pub weight: FloatTensor<B>,
    /// Where there is an activation.
    pub output: Option<FloatTensor<B>>,
    pub activation: Option<Activation>,
}

/// A matrix somewhere in a slice: elements between rows and between columns.
#[derive(Clone, Copy)]
struct Matrix<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    row_step: usize,
    column_step: usize,
}

impl<'a> Matrix<'a> {
    fn new(values: &'a [f32], rows: usize, columns: usize, strides: [usize; 2]) -> Self {
        let [row_step, column_step] = strides;
        assert!(
            rows == 0
                || columns == 0
                || (rows - 1) * row_step + (columns - 1) * column_step < values.len()
        );
        Self {
            values,
            rows,
            columns,
            row_step,
            column_step,
        }
    }

    fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_step: self.column_step,
            column_step: self.row_step,
            ..self
        }
    }

    /// Columns `first..first + count`.
    fn columns(self, first: usize, count: usize) -> Self {
        Self::new(
            &self.values[first * self.column_step..],
            self.rows,
            count,
            [self.row_step, self.column_step],
        )
    }

    /// Rows `first..first + count`.
    fn rows(self, first: usize, count: usize) -> Self {
        self.transposed().columns(first, count).transposed()
    }
}

/// Multiply-adds for one thread at least; below that a second thread costs more than it saves.
const LEAST_WORK: usize = 1 << 18;

/// Where the threads of a product write.
#[derive(Clone, Copy)]
struct Target(*mut f32);

impl Target {
    /// A method, so that closures capture the target and not the pointer in it.
    fn start(self) -> *mut f32 {
        self.0
    }
}

// SAFETY: threads are given elements of their own, see `product`.
#[allow(unsafe_code)]
unsafe impl Send for Target {}
// SAFETY: as above.
#[allow(unsafe_code)]
unsafe impl Sync for Target {}

/// `a * b`, row after row. Threads share the rows or the columns, whichever are more; every value
/// is summed by one thread, whatever their number.
fn product(a: Matrix, b: Matrix) -> Vec<f32> {
    let Some(len) = a.rows.checked_mul(b.columns) else {
        unreachable!("no tensor has {} x {} values", a.rows, b.columns);
    };
    if len == 0 || a.columns == 0 {
        return vec![0.0; len];
    }
    let mut out = Vec::with_capacity(len);
    let target = Target(out.as_mut_ptr());
    let work = len * a.columns;
    let most = rayon::current_num_threads().min(work.div_ceil(LEAST_WORK));
    let whole = a.rows.max(b.columns);
    let share = whole.div_ceil(most);
    (0..whole.div_ceil(share)).into_par_iter().for_each(|task| {
        let first = task * share;
        let count = share.min(whole - first);
        let (a, part, at) = if a.rows >= b.columns {
            (a.rows(first, count), b, first * b.columns)
        } else {
            (a, b.columns(first, count), first)
        };
        assert!(at + (a.rows - 1) * b.columns + part.columns <= len);
        // SAFETY: the part of the output lies in its memory, as was checked just above, and
        // no other task writes there: the tasks' rows, or columns, do not overlap.
        #[allow(unsafe_code)]
        unsafe {
            serial_product(a, part, target.start().add(at), b.columns);
        }
    });
    // SAFETY: there is room for `len` values, and the tasks have written them all.
    #[allow(unsafe_code)]
    unsafe {
        out.set_len(len);
    }
    out
}

/// Writes `a * b`, rows `row_step` apart.
///
/// # Safety
/// The elements written must lie in one allocation, and nobody else may use them meanwhile.
#[allow(unsafe_code)]
unsafe fn serial_product(a: Matrix, b: Matrix, out: *mut f32, row_step: usize) {
    assert_eq!(a.columns, b.rows, "matrices do not fit");
    // SAFETY: `Matrix::new` checked that the last element of either factor lies in its slice; the
    // output is the caller's promise, and no element is read before it is written.
    unsafe {
        gemm::gemm(
            a.rows,
            b.columns,
            a.columns,
            out,
            1,
            row_step as isize,
            false,
            a.values.as_ptr(),
            a.column_step as isize,
            a.row_step as isize,
            b.values.as_ptr(),
            b.column_step as isize,
            b.row_step as isize,
            0.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

/// Runs the layer; `None` where the tensors are not 32-bit floats, or where a sum is NaN or
/// infinite: Burn's own operations then say what becomes of it.
///
/// # Shapes
/// - `x`: `[batch, inputs]`
/// - `weight`: `[inputs, outputs]`
/// - output: `[batch, outputs]`
pub fn forward<B: HostTensor>(
    x: &FloatTensor<B>,
    weight: &FloatTensor<B>,
    bias: &Bias<B>,
    activation: Option<Activation>,
) -> Option<FloatTensor<B>> {
    let [batch, inputs] = x.shape().to_vec().try_into().ok()?;
    let [rows, outputs]: [usize; 2] = weight.shape().to_vec().try_into().ok()?;
    let biases = bias
        .as_ref()
        .map_or(outputs, |bias| bias.shape().num_elements());
    if rows != inputs || biases != outputs {
        return None; // and Burn says what is wrong
    }
    let (x_values, x_strides) = readable::<B>(x)?;
    let (weights, strides) = readable::<B>(weight)?;
    let mut out = product(
        Matrix::new(&x_values, batch, inputs, x_strides.try_into().ok()?),
        Matrix::new(&weights, inputs, outputs, strides.try_into().ok()?),
    );
    let bias = match bias.as_ref() {
        Some(bias) => B::into_values(bias.clone()),
        None => vec![0.0; outputs],
    };
    let finite = arch().dispatch(Finish {
        out: &mut out,
        bias: &bias,
        activation,
    });
    if !finite {
        log::debug!("dense layer by Burn's own operations: a value is NaN or infinite");
        return None;
    }
    Some(B::from_values(out, &[batch, outputs], &x.device()))
}

/// Adds the bias to every row and applies the activation; whether all sums were finite.
struct Finish<'a> {
    out: &'a mut [f32],
    bias: &'a [f32],
    activation: Option<Activation>,
}

impl WithSimd for Finish<'_> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> bool {
        let zero = simd.splat_f32s(0.0);
        let mut finite = zero;
        for row in self.out.chunks_exact_mut(self.bias.len().max(1)) {
            for (out, bias) in row
                .chunks_mut(S::F32_LANES)
                .zip(self.bias.chunks(S::F32_LANES))
            {
                let sum = simd.add_f32s(load_some::<S>(out), load_some::<S>(bias));
                // Zero, or NaN.
                finite = simd.mul_add_e_f32s(sum, zero, finite);
                store_some::<S>(out, activate(simd, self.activation, sum));
            }
        }
        simd.reduce_sum_f32s(finite) == 0.0
    }
}

/// Gradients of the loss with respect to input, weight and bias, as far as `wanted`, from the
/// one with respect to the output.
pub fn backward<B: HostTensor>(
    tape: &Tape<B>,
    gradient: FloatTensor<B>,
    wanted: [bool; 3],
) -> Option<[Option<FloatTensor<B>>; 3]> {
    let [batch, inputs] = tape.x.shape().to_vec().try_into().ok()?;
    let [_, outputs]: [usize; 2] = tape.weight.shape().to_vec().try_into().ok()?;
    let device = tape.x.device();
    let mut gradient = B::into_values(gradient);
    let mut bias = vec![0.0; outputs];
    let output = match &tape.output {
        Some(output) => readable::<B>(output)?.0,
        None => (&[][..]).into(),
    };
    arch().dispatch(Start {
        gradient: &mut gradient,
        output: &output,
        activation: tape.activation,
        bias: &mut bias,
    });
    let gradient = Matrix::new(&gradient, batch, outputs, [outputs, 1]);
    let x_gradient = match wanted[0] {
        true => {
            let (weights, strides) = readable::<B>(&tape.weight)?;
            let weights = Matrix::new(&weights, inputs, outputs, strides.try_into().ok()?);
            let out = product(gradient, weights.transposed());
            Some(B::from_values(out, &[batch, inputs], &device))
        }
        false => None,
    };
    let weight_gradient = match wanted[1] {
        true => {
            let (x, strides) = readable::<B>(&tape.x)?;
            let x = Matrix::new(&x, batch, inputs, strides.try_into().ok()?);
            let out = product(x.transposed(), gradient);
            Some(B::from_values(out, &[inputs, outputs], &device))
        }
        false => None,
    };
    let bias_gradient = wanted[2].then(|| B::from_values(bias, &[outputs], &device));
    Some([x_gradient, weight_gradient, bias_gradient])
}

/// Takes the gradient back through the activation, and sums it over the batch.
struct Start<'a> {
    gradient: &'a mut [f32],
    output: &'a [f32],
    activation: Option<Activation>,
    bias: &'a mut [f32],
}

impl WithSimd for Start<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let outputs = self.bias.len().max(1);
        for (row, gradient) in self.gradient.chunks_exact_mut(outputs).enumerate() {
            for at in (0..outputs).step_by(S::F32_LANES) {
                let count = S::F32_LANES.min(outputs - at);
                let mut value = load_some::<S>(&gradient[at..at + count]);
                if self.activation.is_some() {
                    let from = row * outputs + at;
                    let output = load_some::<S>(&self.output[from..from + count]);
                    value = activation_gradient(simd, self.activation, output, value);
                    store_some::<S>(&mut gradient[at..at + count], value);
                }
                let bias = &mut self.bias[at..at + count];
                let sum = simd.add_f32s(load_some::<S>(bias), value);
                store_some::<S>(bias, sum);
            }
        }
    }
}
