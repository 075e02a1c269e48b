//! The weights of a convolution: well-known ones by name, or any others.

use std::fmt;

use super::error::OperationError;
use super::grid::{Grid, rank_name, rank_of, short, size_text};
use super::numbers::numbers;
use crate::text::did_you_mean;

/// The weights of a convolution.
#[derive(Debug, Clone, PartialEq)]
pub struct Kernel {
    /// Depth, height, width; 1 along axes that the kernel does not have.
    pub size: [usize; 3],
    /// `[depth, height, width]`
    pub weights: Vec<f32>,
}

/// A kernel by name, with its weights for signals, pictures and stacks; empty where there is none.
/// A stack without weights of its own uses those for pictures, slice by slice.
struct Named {
    name: &'static str,
    signal: &'static str,
    picture: &'static str,
    stack: &'static str,
}

/// Gonzalez and Woods, Digital Image Processing, chapter 3: box filter, Laplacian and sharpening
/// by it, Sobel's edges; a relief from the diagonal difference.
const NAMED: &[Named] = &[
    Named {
        name: "sharpen",
        signal: "-1 3 -1",
        picture: "0 -1 0; -1 5 -1; 0 -1 0",
        stack: "0 0 0; 0 -1 0; 0 0 0 | 0 -1 0; -1 7 -1; 0 -1 0 | 0 0 0; 0 -1 0; 0 0 0",
    },
    Named {
        name: "edge-x",
        signal: "-1 0 1",
        picture: "-1 0 1; -2 0 2; -1 0 1",
        stack: "",
    },
    Named {
        name: "edge-y",
        signal: "",
        picture: "-1 -2 -1; 0 0 0; 1 2 1",
        stack: "",
    },
    Named {
        name: "laplacian",
        signal: "1 -2 1",
        picture: "0 1 0; 1 -4 1; 0 1 0",
        stack: "0 0 0; 0 1 0; 0 0 0 | 0 1 0; 1 -6 1; 0 1 0 | 0 0 0; 0 1 0; 0 0 0",
    },
    Named {
        name: "emboss",
        signal: "",
        picture: "-2 -1 0; -1 1 1; 0 1 2",
        stack: "",
    },
    Named {
        name: "blur",
        signal: "1/3 1/3 1/3",
        picture: "1/9 1/9 1/9; 1/9 1/9 1/9; 1/9 1/9 1/9",
        stack: "1/27 1/27 1/27; 1/27 1/27 1/27; 1/27 1/27 1/27 | \
                1/27 1/27 1/27; 1/27 1/27 1/27; 1/27 1/27 1/27 | \
                1/27 1/27 1/27; 1/27 1/27 1/27; 1/27 1/27 1/27",
    },
];

impl Named {
    fn weights(&self, rank: usize) -> &'static str {
        match rank {
            1 => self.signal,
            2 => self.picture,
            _ if self.stack.is_empty() => self.picture,
            _ => self.stack,
        }
    }
}

impl Kernel {
    /// A kernel for a grid of `rank` axes: a name, or its weights, with `;` between rows and `|`
    /// between slices.
    ///
    /// # Errors
    /// There is no such kernel, a weight is not a number, or the rows differ in length.
    pub fn parse(text: &str, rank: usize) -> Result<Self, OperationError> {
        let text = text.trim();
        let known = NAMED.iter().filter(|named| !named.weights(rank).is_empty());
        if let Some(named) = known.clone().find(|named| named.name == text) {
            return Self::of_weights(named.weights(rank));
        }
        if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let names: Vec<&str> = known.map(|named| named.name).collect();
            return Err(OperationError::UnknownKernel {
                name: text.into(),
                what: rank_name(rank),
                suggestion: did_you_mean(text, names.iter().copied()),
                known: names.join(", "),
            });
        }
        Self::of_weights(text)
    }

    fn of_weights(text: &str) -> Result<Self, OperationError> {
        let slices: Result<Vec<Grid>, OperationError> = (text.split('|'))
            .map(|slice| {
                let (height, width, values) = numbers("the kernel", slice.split(';'))?;
                Ok(Grid::new(2, 1, [1, height, width], values))
            })
            .collect();
        let Grid { size, values, .. } = Grid::stack("the kernel".as_ref(), slices?)?;
        Ok(Self {
            size,
            weights: values,
        })
    }

    /// The sum of the weights; a kernel with a sum of 1 keeps the brightness.
    pub fn sum(&self) -> f32 {
        self.weights.iter().sum()
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = size_text(rank_of(self.size).max(2), self.size);
        write!(f, "{text} kernel")?;
        for (row, weights) in self.weights.chunks(self.size[2]).enumerate() {
            if row > 0 && row % self.size[1] == 0 {
                writeln!(f)?;
            }
            writeln!(f)?;
            let weights: Vec<String> = (weights.iter())
                .map(|weight| format!("{:>8}", short(*weight)))
                .collect();
            write!(f, "{}", weights.join(" "))?;
        }
        Ok(())
    }
}
