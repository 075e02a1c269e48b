//! What a product reads, and which rows it computes.

/// A matrix product whose left side is read where it lies:
/// `sum[r][c] = sum over (s, j) of a[rows[r].from + segments[s] + j * step] * b[s * len + j][c]`
/// for one or two vectors of columns `c`.
///
/// With rows as positions of a kernel and the reduction over its values this is a convolution
/// without the im2col matrix; with rows as values of the kernel and the reduction over
/// positions, its weight gradient.
#[derive(Clone, Copy)]
pub struct Product<'a> {
    pub a: &'a [f32],
    /// Offsets into `a`, added to the offset of a row.
    pub segments: &'a [usize],
    /// Values per segment.
    pub len: usize,
    /// Distance between two values of a segment.
    pub step: usize,
    pub b: &'a [f32],
    /// Where the first row of `b` starts.
    pub b_start: usize,
    /// Distance between two rows of `b`.
    pub b_step: usize,
    /// Whether there are two vectors of columns, not one.
    pub wide: bool,
    /// Columns that count; what is summed in the others is left out. May exceed what the vectors
    /// hold, but not with [`Epilogue::MaxPool`](super::Epilogue::MaxPool).
    pub columns: usize,
}

/// A row of a [`Product`]: where it starts in `a`, and where its sums go.
#[derive(Debug, Clone, Copy, Default)]
pub struct Row {
    pub from: usize,
    pub to: usize,
}
