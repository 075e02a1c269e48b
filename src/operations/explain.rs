//! One value of the output, explained term by term.

use super::error::OperationError;
use super::grid::{Grid, size_text};
use super::sliding::{OperationKind, SlidingOperation};

/// One value under a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    /// `[depth, height, width]` in the input; outside it in the padding.
    pub place: [isize; 3],
    /// `None` in the padding, which counts as 0.
    pub value: Option<f32>,
    /// 1 for pooling.
    pub weight: f32,
}

/// How a value of the output is computed.
#[derive(Debug, Clone, PartialEq)]
pub struct ExplainedValue {
    pub terms: Vec<Term>,
    pub result: f64,
}

impl SlidingOperation {
    /// How the output of `channel` at `[z, y, x]` is computed.
    ///
    /// # Errors
    /// Those of [`SlidingOperation::output_size`], and there is no such place in the output.
    pub fn explain(
        &self,
        grid: &Grid,
        channel: usize,
        at: [usize; 3],
    ) -> Result<ExplainedValue, OperationError> {
        let size = self.output_size(grid)?;
        if (0..3).any(|axis| at[axis] >= size[axis]) {
            return Err(outside(grid.rank, &at, size));
        }
        let zeros = self.zeros(grid);
        let mut terms = Vec::new();
        for (number, tap) in taps(self.size).enumerate() {
            let place = [0, 1, 2].map(|axis| {
                let from = at[axis] * self.stride[axis] + tap[axis] * self.dilation[axis];
                from as isize - zeros[axis][0] as isize
            });
            let weight = match &self.kind {
                OperationKind::Convolution(kernel) => kernel.weights[number],
                _ => 1.0,
            };
            let value = grid.get(channel, place);
            terms.push(Term {
                place,
                value,
                weight,
            });
        }
        let products = terms.iter().map(Term::product);
        let result = match self.kind {
            OperationKind::Convolution(_) => products.sum(),
            OperationKind::AveragePool => products.sum::<f64>() / terms.len() as f64,
            OperationKind::MaxPool => products.fold(f64::NEG_INFINITY, f64::max),
        };
        Ok(ExplainedValue { terms, result })
    }
}

impl Term {
    pub fn product(&self) -> f64 {
        f64::from(self.value.unwrap_or(0.0)) * f64::from(self.weight)
    }
}

fn taps([depth, height, width]: [usize; 3]) -> impl Iterator<Item = [usize; 3]> {
    (0..depth).flat_map(move |z| (0..height).flat_map(move |y| (0..width).map(move |x| [z, y, x])))
}

/// A place that the output does not have, in the order x, y, z of the command line.
fn outside(rank: usize, at: &[usize; 3], size: [usize; 3]) -> OperationError {
    let place: Vec<String> = (at[3 - rank..].iter().rev())
        .map(usize::to_string)
        .collect();
    let limits = ["z", "y", "x"].iter().zip(size).skip(3 - rank).rev();
    let limits: Vec<String> = limits
        .map(|(axis, size)| format!("{axis} from 0 to {}", size - 1))
        .collect();
    OperationError::Outside {
        received: place.join(","),
        expected: limits.join(", "),
        size: size_text(rank, size),
    }
}
