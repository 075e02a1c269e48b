//! The output as a whole, by the operations that networks are made of.

use burn::backend::ops::ConvOptions;
use burn::nn::pool::{AvgPool2dConfig, MaxPool2dConfig};
use burn::tensor::module::{conv2d, conv3d};
use burn::tensor::ops::PadMode;
use burn::tensor::{Device, Tensor, TensorData};

use super::error::OperationError;
use super::grid::Grid;
use super::kernel::Kernel;
use super::sliding::{OperationKind, SlidingOperation};

impl SlidingOperation {
    /// The output, by the operations that networks are made of; each colour by itself.
    ///
    /// # Errors
    /// Those of [`SlidingOperation::output_size`], and the device failed.
    pub fn apply(&self, grid: &Grid, device: &Device) -> Result<Grid, OperationError> {
        let size = self.output_size(grid)?;
        let [depth, height, width] = grid.size;
        let data = TensorData::new(
            grid.values.clone(),
            [grid.channels, 1, depth, height, width],
        );
        let x = Tensor::<5>::from_data(data, device);
        let y = match &self.kind {
            OperationKind::Convolution(kernel) => self.convolve(x, kernel, self.zeros(grid)),
            OperationKind::MaxPool => self.pool(x, |x, size, stride| {
                let pool = MaxPool2dConfig::new(size).with_strides(stride);
                pool.init().forward(x)
            }),
            OperationKind::AveragePool => self.pool(x, |x, size, stride| {
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
    fn convolve(&self, x: Tensor<5>, kernel: &Kernel, zeros: [[usize; 2]; 3]) -> Tensor<5> {
        let [depth, height, width] = kernel.size;
        let device = x.device();
        let weight = TensorData::new(kernel.weights.clone(), [1, 1, depth, height, width]);
        let weight = Tensor::<5>::from_data(weight, &device);
        let zeros = zeros.map(|[before, after]| (before, after));
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
}
