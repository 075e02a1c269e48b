//! Matrix products by the `gemm` crate, shared among threads.

use gemm::Parallelism;
use rayon::prelude::*;

use super::matrix::Matrix;

/// The fewest multiply-adds of one thread; below that a second thread costs more than it saves.
const MIN_WORK: usize = 1 << 18;

/// The output that the threads of a product share.
#[derive(Clone, Copy)]
struct SharedOutput(*mut f32);

impl SharedOutput {
    /// A method, so that closures capture the whole struct and not the pointer in it.
    fn start(self) -> *mut f32 {
        self.0
    }
}

// SAFETY: threads write disjoint values, see `product`.
#[allow(unsafe_code)]
unsafe impl Send for SharedOutput {}
// SAFETY: as above.
#[allow(unsafe_code)]
unsafe impl Sync for SharedOutput {}

/// `a * b` in row-major order.
///
/// Threads share the rows or the columns, whichever are more. Every value is summed by a single
/// thread, so that their number does not change a bit.
pub fn product(a: Matrix, b: Matrix) -> Vec<f32> {
    let Some(len) = a.rows.checked_mul(b.columns) else {
        unreachable!("no memory holds {} x {} values", a.rows, b.columns);
    };
    if len == 0 || a.columns == 0 {
        return vec![0.0; len];
    }
    let mut out = Vec::with_capacity(len);
    let output = SharedOutput(out.as_mut_ptr());
    let work = len * a.columns;
    let most = rayon::current_num_threads().min(work.div_ceil(MIN_WORK));
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
            serial_product(a, part, output.start().add(at), b.columns);
        }
    });
    // SAFETY: there is room for `len` values, and the tasks have written them all.
    #[allow(unsafe_code)]
    unsafe {
        out.set_len(len);
    }
    out
}

/// Writes `a * b` with rows `row_step` apart.
///
/// # Safety
/// The values written must lie in one allocation, and nobody else may use them meanwhile.
#[allow(unsafe_code)]
unsafe fn serial_product(a: Matrix, b: Matrix, out: *mut f32, row_step: usize) {
    assert_eq!(
        a.columns, b.rows,
        "columns of the left, rows of the right matrix"
    );
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
