//! The speed of a matrix product, to hold the kernels' against.

use std::hint::black_box;
use std::time::Instant;

/// GFLOP/s of a product of two matrices of 2048 x 2048, shared among all threads.
pub fn matrix_peak() -> f64 {
    const SIZE: usize = 2048;
    let a = vec![0.5_f32; SIZE * SIZE];
    let b = vec![0.25_f32; SIZE * SIZE];
    let mut out = vec![0.0_f32; SIZE * SIZE];
    let share = SIZE.div_ceil(rayon::current_num_threads());
    let mut best = f64::INFINITY;
    for _ in 0..8 {
        let start = Instant::now();
        rayon::scope(|scope| {
            // Columns lie one after the other in all three.
            for (b, out) in b.chunks(share * SIZE).zip(out.chunks_mut(share * SIZE)) {
                let (a, size) = (&a, SIZE as isize);
                scope.spawn(move |_| {
                    // SAFETY: `a` is a whole matrix; `b` and `out` hold as many whole columns.
                    #[allow(unsafe_code)]
                    unsafe {
                        gemm::gemm(
                            SIZE,
                            out.len() / SIZE,
                            SIZE,
                            out.as_mut_ptr(),
                            size,
                            1,
                            false,
                            a.as_ptr(),
                            size,
                            1,
                            b.as_ptr(),
                            size,
                            1,
                            0.0,
                            1.0,
                            false,
                            false,
                            false,
                            gemm::Parallelism::None,
                        );
                    }
                });
            }
        });
        best = best.min(start.elapsed().as_secs_f64());
    }
    assert_eq!(black_box(out)[SIZE], 0.125 * SIZE as f32);
    2.0 * (SIZE as f64).powi(3) / best / 1e9
}
