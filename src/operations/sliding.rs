//! Operations with a sliding window, and the size of their output.

use kernels::ConvAxis;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::OperationError;
use super::grid::{Grid, MAX_VALUES, rank_name, rank_of, size_text};
use super::kernel::Kernel;

/// What is computed from the values under a window.
#[derive(Debug, Clone, PartialEq)]
pub enum OperationKind {
    /// The sum of their products with the kernel's weights. As in all networks the kernel is not
    /// flipped, so this is a cross-correlation.
    Convolution(Kernel),
    MaxPool,
    AveragePool,
}

/// Padding around the input, as Keras names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PaddingMode {
    /// None: the window stays inside.
    Valid,
    /// As few zeros as give `ceil(size / stride)` positions, so that a stride of 1 keeps the size; an
    /// odd one goes to the end, as in the layers of this program and in TensorFlow.
    Same,
}

/// An operation, and how its window slides.
#[derive(Debug, Clone, PartialEq)]
pub struct SlidingOperation {
    pub kind: OperationKind,
    /// Depth, height, width.
    pub size: [usize; 3],
    pub stride: [usize; 3],
    pub dilation: [usize; 3],
    pub padding: PaddingMode,
}

impl SlidingOperation {
    /// A convolution over grids of `rank` axes.
    pub fn convolution(
        kernel: Kernel,
        rank: usize,
        padding: PaddingMode,
        stride: usize,
        dilation: usize,
    ) -> Self {
        let size = kernel.size;
        Self {
            kind: OperationKind::Convolution(kernel),
            size,
            stride: along(rank, stride),
            dilation: along(rank, dilation),
            padding,
        }
    }

    /// Pooling over grids of `rank` axes with windows of `size` along each; values at the end that do
    /// not fill a window are ignored.
    pub fn pooling(kind: OperationKind, rank: usize, size: usize, stride: usize) -> Self {
        Self {
            kind,
            size: along(rank, size),
            stride: along(rank, stride),
            dilation: [1; 3],
            padding: PaddingMode::Valid,
        }
    }

    fn axis(&self, axis: usize) -> ConvAxis {
        ConvAxis {
            kernel: self.size[axis],
            stride: self.stride[axis],
            dilation: self.dilation[axis],
        }
    }

    /// Zeros before and after `grid`, along each axis.
    pub(super) fn zeros(&self, grid: &Grid) -> [[usize; 2]; 3] {
        [0, 1, 2].map(|axis| match self.padding {
            PaddingMode::Valid => [0, 0],
            PaddingMode::Same => self.axis(axis).same_padding(grid.size[axis]),
        })
    }

    fn what(&self) -> &'static str {
        match self.kind {
            OperationKind::Convolution(_) => "a kernel",
            _ => "a window",
        }
    }

    /// Depth, height, width of the output.
    ///
    /// # Errors
    /// The window has more axes than the grid, is larger than the grid, or the padded input would be
    /// too large.
    pub fn output_size(&self, grid: &Grid) -> Result<[usize; 3], OperationError> {
        let rank = rank_of(self.size);
        let over = format!("{} of {}", rank_name(grid.rank), grid.size_text());
        let window = size_text(rank.max(grid.rank), self.size);
        if rank > grid.rank {
            let what = self.what();
            return Err(OperationError::TooManyAxes { what, window, over });
        }
        let zeros = self.zeros(grid);
        let mut size = [0; 3];
        let mut padded = grid.channels;
        for (axis, size) in size.iter_mut().enumerate() {
            let zeros = zeros[axis].iter().sum::<usize>();
            padded = padded.saturating_mul(grid.size[axis] + zeros);
            let Some(positions) = self.axis(axis).output_size(grid.size[axis], zeros) else {
                let dilated = self.dilation != [1; 3];
                return Err(OperationError::DoesNotFit {
                    what: self.what(),
                    window,
                    over,
                    hint: match (&self.kind, dilated) {
                        (OperationKind::Convolution(_), true) => {
                            ", a smaller --dilation, or --padding same"
                        }
                        (OperationKind::Convolution(_), false) => ", or --padding same",
                        _ => "",
                    },
                });
            };
            *size = positions;
        }
        if padded > MAX_VALUES {
            return Err(OperationError::TooLarge {
                input: "the input with its padding".into(),
                values: padded,
                limit: MAX_VALUES,
            });
        }
        Ok(size)
    }
}

/// `n` along the last `rank` axes, else 1.
fn along(rank: usize, n: usize) -> [usize; 3] {
    [0, 1, 2].map(|axis| if axis >= 3 - rank { n } else { 1 })
}
