//! Copies of values from any order in memory.

use rayon::prelude::*;

use crate::uninit::UninitBuffer;

/// Values that a thread copies at once, about.
const SHARE: usize = 1 << 15;

/// The values of a tensor of this shape and these strides, in row-major order.
pub fn strided_copy(values: &[f32], shape: &[usize], strides: &[usize]) -> Vec<f32> {
    let axes = merged(shape, strides);
    let Some((&(len, stride), outer)) = axes.split_last() else {
        return match shape.contains(&0) {
            true => Vec::new(),
            false => vec![values[0]],
        };
    };
    let total = shape.iter().product();
    let mut out = UninitBuffer::new(total);
    let mut rest = out.as_uninit();
    let rows = (SHARE / len).max(1);
    let blocks: Vec<_> = (0..total / len)
        .step_by(rows)
        .map(|first| {
            let count = rows.min(total / len - first);
            (first, rest.split_to(count * len))
        })
        .collect();
    blocks.into_par_iter().for_each(|(first, slice)| {
        let out = slice.zeroed();
        if let Some(&(rows, 1)) = outer.last() {
            return transpose(values, outer, (first, rows), (len, stride), out);
        }
        for (row, out) in out.chunks_exact_mut(len).enumerate() {
            let from = &values[start(first + row, outer)..];
            match stride {
                0 => out.fill(from[0]),
                1 => out.copy_from_slice(&from[..len]),
                _ => {
                    for (out, value) in out.iter_mut().zip(from.iter().step_by(stride)) {
                        *out = *value;
                    }
                }
            }
        }
    });
    out.into_vec()
}

/// Values of a cache line.
const LINE: usize = 16;

/// Copies rows whose values lie `stride` apart, and that lie side by side themselves, `rows` of them:
/// some at once, so that each cache line is read once.
fn transpose(
    values: &[f32],
    outer: &[(usize, usize)],
    (first, rows): (usize, usize),
    (len, stride): (usize, usize),
    out: &mut [f32],
) {
    let count = out.len() / len;
    let mut row = 0;
    while row < count {
        let together = LINE.min(rows - (first + row) % rows).min(count - row);
        let from = &values[start(first + row, outer)..];
        let to = &mut out[row * len..][..together * len];
        for column in 0..len {
            let line = &from[column * stride..][..together];
            for (at, value) in line.iter().enumerate() {
                to[at * len + column] = *value;
            }
        }
        row += together;
    }
}

/// Length and stride of each axis: those of length one left out, and neighbours that are walked
/// through without a gap as one. Empty where there is at most one value.
fn merged(shape: &[usize], strides: &[usize]) -> Vec<(usize, usize)> {
    if shape.contains(&0) {
        return Vec::new();
    }
    let mut axes: Vec<(usize, usize)> = Vec::new();
    for (&len, &stride) in shape.iter().zip(strides).filter(|(len, _)| **len > 1) {
        match axes.last_mut() {
            Some(outer) if outer.1 == len * stride => *outer = (outer.0 * len, stride),
            _ => axes.push((len, stride)),
        }
    }
    axes
}

/// Where a row begins, by its number over the outer axes.
fn start(row: usize, outer: &[(usize, usize)]) -> usize {
    let mut rest = row;
    let mut at = 0;
    for &(len, stride) in outer.iter().rev() {
        at += rest % len * stride;
        rest /= len;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::strided_copy;

    #[test]
    fn values_come_in_row_major_order() {
        let values: Vec<f32> = (0..24).map(|value| value as f32).collect();
        assert_eq!(strided_copy(&values, &[2, 3, 4], &[12, 4, 1]), values);
        assert_eq!(
            strided_copy(&values, &[4, 3], &[1, 4]),
            [0.0, 4.0, 8.0, 1.0, 5.0, 9.0, 2.0, 6.0, 10.0, 3.0, 7.0, 11.0]
        );
        // Rows repeated, values repeated, and every other value of a part.
        assert_eq!(
            strided_copy(&values, &[2, 2], &[0, 1]),
            [0.0, 1.0, 0.0, 1.0]
        );
        assert_eq!(
            strided_copy(&values, &[2, 2], &[1, 0]),
            [0.0, 0.0, 1.0, 1.0]
        );
        assert_eq!(
            strided_copy(&values[1..], &[1, 3], &[7, 2]),
            [1.0, 3.0, 5.0]
        );
        assert_eq!(strided_copy(&values, &[1, 1], &[3, 5]), [0.0]);
        assert_eq!(strided_copy(&values, &[3, 0], &[3, 5]), [0.0; 0]);
        assert_eq!(strided_copy(&values, &[2, 2], &[0, 0]), [0.0; 4]);
    }

    #[test]
    fn more_values_than_one_thread_takes() {
        let (rows, columns) = (300, 217);
        let values: Vec<f32> = (0..rows * columns).map(|value| value as f32).collect();
        let transposed = strided_copy(&values, &[columns, rows], &[1, columns]);
        let back = strided_copy(&transposed, &[rows, columns], &[1, rows]);
        assert_eq!(back, values);
        assert_eq!(transposed[rows + 2], values[2 * columns + 1]);
    }
}
