use burn::backend::ops::ConvOptions;
use burn::nn::pool::{AvgPool2dConfig, MaxPool2dConfig};
use burn::tensor::module::{conv2d, conv3d};
use burn::tensor::ops::PadMode;
use burn::tensor::{Device, Tensor, TensorData};

use super::OperationError;
use super::grid::{Grid, rank_name, rank_of, size_text};
use super::kernel::Kernel;
use super::read::LIMIT;

/// What is done with the values under a window.
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// Their products with the kernel's weights are summed up. As in all networks the kernel is
    /// not turned around: a cross-correlation.
    Convolution(Kernel),
    MaxPool,
    AveragePool,
}

/// What lies beyond the border.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// Nothing: the window stays inside.
    Valid,
    /// Zeros, as few as give `ceil(size / stride)` positions, so that with stride 1 the size stays;
    /// an odd one goes to the end. As the layers of this program, and TensorFlow, have it.
    Same,
}

/// An operation and how its window slides.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    pub operation: Operation,
    /// Depth, height, width.
    pub size: [usize; 3],
    pub stride: [usize; 3],
    pub dilation: [usize; 3],
    pub padding: Padding,
}

/// One value under a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    /// Depth, height, width in the input; may lie beyond the border.
    pub place: [isize; 3],
    /// `None` in the padding, which counts as 0.
    pub value: Option<f32>,
    /// 1 where there is no kernel.
    pub weight: f32,
}

/// How one value of the output comes about.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    pub terms: Vec<Term>,
    pub result: f64,
}

impl Window {
    /// A convolution over grids of `rank` axes.
    pub fn convolution(
        kernel: Kernel,
        rank: usize,
        padding: Padding,
        stride: usize,
        dilation: usize,
    ) -> Self {
        let size = kernel.size;
        Self {
            operation: Operation::Convolution(kernel),
            size,
            stride: along(rank, stride),
            dilation: along(rank, dilation),
            padding,
        }
    }

    /// Pooling over grids of `rank` axes with windows of `size` along each; what does not fill a
    /// window at the end is left out.
    pub fn pooling(operation: Operation, rank: usize, size: usize, stride: usize) -> Self {
        Self {
            operation,
            size: along(rank, size),
            stride: along(rank, stride),
            dilation: [1; 3],
            padding: Padding::Valid,
        }
    }

    /// Values from the first to the last under the window, along `axis`.
    fn reach(&self, axis: usize) -> usize {
        self.dilation[axis] * (self.size[axis] - 1) + 1
    }

    /// Zeros before and after, along each axis.
    fn zeros(&self, grid: &Grid) -> [(usize, usize); 3] {
        [0, 1, 2].map(|axis| match self.padding {
            Padding::Valid => (0, 0),
            Padding::Same => {
                let (size, stride) = (grid.size[axis], self.stride[axis]);
                let needed = (size.div_ceil(stride) - 1) * stride + self.reach(axis);
                let total = needed.saturating_sub(size);
                (total / 2, total - total / 2)
            }
        })
    }

    fn what(&self) -> &'static str {
        match self.operation {
            Operation::Convolution(_) => "a kernel",
            _ => "a window",
        }
    }

    /// Depth, height, width of the output.
    ///
    /// # Errors
    /// The window has axes that the grid does not have, is larger than the grid, or there would be
    /// too much padding.
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
            let (before, after) = zeros[axis];
            let side = grid.size[axis] + before + after;
            padded = padded.saturating_mul(side);
            let room = side.checked_sub(self.reach(axis));
            let Some(room) = room else {
                let dilated = self.dilation != [1; 3];
                return Err(OperationError::DoesNotFit {
                    what: self.what(),
                    window,
                    over,
                    hint: match (&self.operation, dilated) {
                        (Operation::Convolution(_), true) => {
                            ", a smaller --dilation, or --padding same"
                        }
                        (Operation::Convolution(_), false) => ", or --padding same",
                        _ => "",
                    },
                });
            };
            *size = room / self.stride[axis] + 1;
        }
        if padded > LIMIT {
            return Err(OperationError::TooLarge {
                input: "the input with its padding".into(),
                values: padded,
                limit: LIMIT,
            });
        }
        Ok(size)
    }

    /// The output, by the operations that networks are made of; each colour by itself.
    ///
    /// # Errors
    /// Those of [`Window::output_size`], and the device failed.
    pub fn apply(&self, grid: &Grid, device: &Device) -> Result<Grid, OperationError> {
        let size = self.output_size(grid)?;
        let [depth, height, width] = grid.size;
        let data = TensorData::new(
            grid.values.clone(),
            [grid.channels, 1, depth, height, width],
        );
        let x = Tensor::<5>::from_data(data, device);
        let y = match &self.operation {
            Operation::Convolution(kernel) => self.convolve(x, kernel, self.zeros(grid)),
            Operation::MaxPool => self.pool(x, |x, size, stride| {
                let pool = MaxPool2dConfig::new(size).with_strides(stride);
                pool.init().forward(x)
            }),
            Operation::AveragePool => self.pool(x, |x, size, stride| {
                let pool = AvgPool2dConfig::new(size).with_strides(stride);
                pool.init().forward(x)
            }),
        };
        let data = y.try_into_data();
        let data = data.map_err(|error| OperationError::Device(error.to_string()))?;
        Ok(Grid::new(
            grid.rank,
            grid.channels,
            size,
            data.iter::<f32>().collect(),
        ))
    }

    /// `x`: `[channels, 1, depth, height, width]`
    fn convolve(&self, x: Tensor<5>, kernel: &Kernel, zeros: [(usize, usize); 3]) -> Tensor<5> {
        let [depth, height, width] = kernel.size;
        let device = x.device();
        let weight = TensorData::new(kernel.weights.clone(), [1, 1, depth, height, width]);
        let weight = Tensor::<5>::from_data(weight, &device);
        let x = x.pad(zeros, PadMode::Constant(0.0));
        if depth > 1 {
            let options = ConvOptions::new(self.stride, [0; 3], self.dilation, 1);
            return conv3d(x, weight, None, options);
        }
        // Slices along the depth are images of their own; with a stride some are passed over.
        let [channels, _, slices, height, width] = x.dims();
        let x = x.slice_dim(2, burn::tensor::s![..;self.stride[0] as isize]);
        let kept = slices.div_ceil(self.stride[0]);
        let x = x.reshape([channels * kept, 1, height, width]);
        let weight = weight.squeeze_dim::<4>(2);
        let [_, stride @ ..] = self.stride;
        let [_, dilation @ ..] = self.dilation;
        let options = ConvOptions::new(stride, [0; 2], dilation, 1);
        let y = conv2d(x, weight, None, options);
        let [_, _, height, width] = y.dims();
        y.reshape([channels, 1, kept, height, width])
    }

    /// Pools height and width first, then depth: maxima of maxima, and means of means over windows
    /// of one size, are those of the whole.
    fn pool(
        &self,
        x: Tensor<5>,
        pool: impl Fn(Tensor<4>, [usize; 2], [usize; 2]) -> Tensor<4>,
    ) -> Tensor<5> {
        let [channels, _, depth, height, width] = x.dims();
        let [size, size_plane @ ..] = self.size;
        let [stride, stride_plane @ ..] = self.stride;
        let x = x.reshape([channels * depth, 1, height, width]);
        let x = pool(x, size_plane, stride_plane);
        let [_, _, height, width] = x.dims();
        let x = x.reshape([channels, 1, depth, height * width]);
        let x = pool(x, [size, 1], [stride, 1]);
        let [_, _, depth, _] = x.dims();
        x.reshape([channels, 1, depth, height, width])
    }

    /// How the output of `channel` at `[z, y, x]` comes about.
    ///
    /// # Errors
    /// Those of [`Window::output_size`], and there is no such place in the output.
    pub fn terms(
        &self,
        grid: &Grid,
        channel: usize,
        at: [usize; 3],
    ) -> Result<Terms, OperationError> {
        let size = self.output_size(grid)?;
        if (0..3).any(|axis| at[axis] >= size[axis]) {
            return Err(outside(grid.rank, &at, size));
        }
        let zeros = self.zeros(grid);
        let mut terms = Vec::new();
        for (number, tap) in taps(self.size).enumerate() {
            let place = [0, 1, 2].map(|axis| {
                let from = at[axis] * self.stride[axis] + tap[axis] * self.dilation[axis];
                from as isize - zeros[axis].0 as isize
            });
            let weight = match &self.operation {
                Operation::Convolution(kernel) => kernel.weights[number],
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
        let result = match self.operation {
            Operation::Convolution(_) => products.sum(),
            Operation::AveragePool => products.sum::<f64>() / terms.len() as f64,
            Operation::MaxPool => products.fold(f64::NEG_INFINITY, f64::max),
        };
        Ok(Terms { terms, result })
    }
}

impl Term {
    pub fn product(&self) -> f64 {
        f64::from(self.value.unwrap_or(0.0)) * f64::from(self.weight)
    }
}

/// `n` along the last `rank` axes, else 1.
fn along(rank: usize, n: usize) -> [usize; 3] {
    [0, 1, 2].map(|axis| if axis >= 3 - rank { n } else { 1 })
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
