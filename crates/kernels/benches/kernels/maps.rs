//! Operations on feature maps as a whole, of ResNet-18 and ResNet-50 for 8 images.

use burn::tensor::module::{avg_pool2d, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, MaxPoolOptions};
use burn::tensor::{Tensor, activation};
use burn_cnn_kernels::{self as kernels, Activation, FixedNorm, Pool, Subsample};

type Run = fn(&[Tensor<4>]) -> Tensor<4>;

/// An operation on maps that lie channels-last in memory, as the kernels leave them; a shape
/// `[length, 1, 1, 1]` stands for one value per channel.
pub struct Maps {
    pub name: &'static str,
    pub shapes: &'static [[usize; 4]],
    pub kernel: Run,
    pub burn: Run,
}

const MAPS: [usize; 4] = [8, 64, 56, 56];
const WIDE: [usize; 4] = [8, 512, 7, 7];
const OVERLAPPING: Pool = Pool {
    stride: [2, 2],
    padding: [1, 1],
    ..Pool::max([3, 3])
};

pub const OPERATIONS: [Maps; 12] = [
    Maps {
        name: "maps 56x56x64, relu",
        shapes: &[MAPS],
        kernel: |x| kernels::activate(x[0].clone(), Activation::Relu),
        burn: |x| first(to_last(&x[0]), activation::relu),
    },
    Maps {
        name: "maps 56x56x64, tanh",
        shapes: &[MAPS],
        kernel: |x| kernels::activate(x[0].clone(), Activation::Tanh),
        burn: |x| first(to_last(&x[0]), Tensor::tanh),
    },
    Maps {
        name: "maps 56x56x64, sum, relu",
        shapes: &[MAPS, MAPS],
        kernel: |x| kernels::add(x[0].clone(), x[1].clone(), Some(Activation::Relu)),
        burn: |x| first(to_last(&x[0]) + to_last(&x[1]), activation::relu),
    },
    Maps {
        name: "maps 56x56x64, fork, relu, sum",
        shapes: &[MAPS],
        kernel: |x| {
            let [body, shortcut] = kernels::fork(x[0].clone());
            let body = kernels::activate(body, Activation::Relu);
            kernels::add(body, shortcut, None)
        },
        burn: |x| {
            let x = to_last(&x[0]);
            first(x.clone(), activation::relu) + first(x, |x| x)
        },
    },
    Maps {
        name: "maps 56x56x64, max 2",
        shapes: &[MAPS],
        kernel: |x| kernels::pool(x[0].clone(), &Pool::max([2, 2])),
        burn: |x| max(x, Pool::max([2, 2])),
    },
    Maps {
        name: "maps 112x112x64, max 3, stride 2",
        shapes: &[[8, 64, 112, 112]],
        kernel: |x| kernels::pool(x[0].clone(), &OVERLAPPING),
        burn: |x| max(x, OVERLAPPING),
    },
    Maps {
        name: "maps 56x56x64, average 2",
        shapes: &[MAPS],
        kernel: |x| kernels::pool(x[0].clone(), &Pool::average([2, 2])),
        burn: |x| {
            let options = AvgPoolOptions {
                kernel_size: [2, 2],
                stride: [2, 2],
                padding: [(0, 0); 2],
                count_include_pad: true,
                ceil_mode: false,
            };
            avg_pool2d(x[0].clone(), options)
        },
    },
    Maps {
        name: "maps 7x7x512, global average",
        shapes: &[WIDE],
        kernel: |x| kernels::global_average_pool(x[0].clone()).unsqueeze(),
        burn: |x| {
            let pixels: Tensor<3> = to_last(&x[0]).reshape([8, 49, 512]);
            pixels.mean_dim(1).unsqueeze()
        },
    },
    Maps {
        name: "maps 56x56x64, subsample",
        shapes: &[MAPS],
        kernel: |x| {
            let (stride, zeros) = (2, [32, 32]);
            kernels::subsample(x[0].clone(), Subsample { stride, zeros })
        },
        burn: |x| {
            let pool = Pool {
                stride: [2, 2],
                ..Pool::max([1, 1])
            };
            let zeros = || Tensor::zeros([8, 32, 28, 28], &x[0].device());
            Tensor::cat(vec![zeros(), max(x, pool), zeros()], 1)
        },
    },
    Maps {
        name: "maps 7x7x512, flattening",
        shapes: &[WIDE],
        kernel: |x| kernels::flatten(x[0].clone()).unsqueeze(),
        burn: |x| x[0].clone().flatten::<2>(1, 3).unsqueeze(),
    },
    Maps {
        name: "maps 56x56x64, batch norm by given statistics",
        shapes: &[MAPS, [64, 1, 1, 1], [64, 1, 1, 1]],
        kernel: |x| {
            let pixels = to_last(&x[0]).reshape([8 * 56 * 56, 64]);
            let norm = norm(x);
            kernels::batch_norm_inference(pixels, norm, Some(Activation::Relu)).unsqueeze()
        },
        burn: |x| {
            let pixels: Tensor<2> = to_last(&x[0]).reshape([8 * 56 * 56, 64]);
            let norm = norm(x);
            let scale = norm.gamma / (norm.variance + norm.epsilon).sqrt();
            let shift = norm.beta - norm.mean * scale.clone();
            activation::relu(pixels * scale.unsqueeze() + shift.unsqueeze()).unsqueeze()
        },
    },
    Maps {
        name: "filters 512x512x3x3, batch norm folded",
        // Seen with the channels last: row-major filters.
        shapes: &[[512, 3, 512, 3], [512, 1, 1, 1], [512, 1, 1, 1]],
        kernel: |x| kernels::fold_batch_norm(to_last(&x[0]), None, norm(x)).0,
        burn: |x| {
            let norm = norm(x);
            let scale = norm.gamma / (norm.variance + norm.epsilon).sqrt();
            let filters: Tensor<2> = to_last(&x[0]).reshape([512, 512 * 9]);
            (filters * scale.reshape([512, 1])).reshape([512, 512, 3, 3])
        },
    },
];

/// Burn's own operations on maps run through memory in order on `[batch, height, width, channels]`.
fn to_last(maps: &Tensor<4>) -> Tensor<4> {
    maps.clone().permute([0, 2, 3, 1])
}

fn first(last: Tensor<4>, operation: fn(Tensor<4>) -> Tensor<4>) -> Tensor<4> {
    operation(last).permute([0, 3, 1, 2])
}

fn max(x: &[Tensor<4>], pool: Pool) -> Tensor<4> {
    let options = MaxPoolOptions {
        kernel_size: pool.kernel,
        stride: pool.stride,
        padding: pool.padding.map(|padding| (padding, padding)),
        dilation: pool.dilation,
        ceil_mode: false,
    };
    max_pool2d(x[0].clone(), options)
}

fn norm(x: &[Tensor<4>]) -> FixedNorm {
    let [channels, ..] = x[1].dims();
    let of_channels = |leaf: &Tensor<4>| leaf.clone().reshape([channels]);
    let statistics = Tensor::ones([channels], &x[0].device());
    FixedNorm {
        gamma: of_channels(&x[1]),
        beta: of_channels(&x[2]),
        mean: statistics.clone(),
        variance: statistics,
        epsilon: 1e-5,
    }
}
