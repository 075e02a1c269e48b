//! Matrices that are read where they lie.

/// A matrix within a slice, in any order.
#[derive(Clone, Copy)]
pub struct Matrix<'a> {
    pub values: &'a [f32],
    pub rows: usize,
    pub columns: usize,
    /// Distance between rows.
    pub row_step: usize,
    /// Distance between columns.
    pub column_step: usize,
}

impl<'a> Matrix<'a> {
    /// `strides` are the distances between rows and between columns.
    ///
    /// # Panics
    /// When the last value lies outside of `values`.
    pub fn new(values: &'a [f32], rows: usize, columns: usize, strides: [usize; 2]) -> Self {
        let [row_step, column_step] = strides;
        assert!(
            rows == 0
                || columns == 0
                || (rows - 1) * row_step + (columns - 1) * column_step < values.len(),
            "a matrix of {rows} x {columns}, strides {strides:?}, in {} values",
            values.len()
        );
        Self {
            values,
            rows,
            columns,
            row_step,
            column_step,
        }
    }

    /// Rows as columns.
    pub fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_step: self.column_step,
            column_step: self.row_step,
            ..self
        }
    }

    /// Columns `first..first + count`.
    pub fn columns(self, first: usize, count: usize) -> Self {
        Self::new(
            &self.values[first * self.column_step..],
            self.rows,
            count,
            [self.row_step, self.column_step],
        )
    }

    /// Rows `first..first + count`.
    pub fn rows(self, first: usize, count: usize) -> Self {
        self.transposed().columns(first, count).transposed()
    }
}
