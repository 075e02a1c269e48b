//! The operations on feature maps and on each value, beside their definitions in Burn's own
//! operations.

use burn::backend::Dispatch;
use burn::tensor::{Device, Tensor};

use super::support::{Results, smooth, tensor, values};
use crate::{self as kernels, Activation, FixedNorm, Pool, PoolKind, Subsample, composed};

/// Works on leaves of rank 4, and gives a tensor of rank 4.
pub type Run = Box<dyn Fn(&[Tensor<4>]) -> Tensor<4> + Sync>;

pub struct Operation {
    pub name: String,
    /// Of the leaves; those of vectors are `[length, 1, 1, 1]`.
    pub shapes: Vec<[usize; 4]>,
    /// The largest value of a leaf.
    pub scale: f32,
    pub kernel: Run,
    pub composed: Run,
}

/// How a leaf comes to an operation: the shape of what lies in memory, and how it is seen.
pub type Arrival = fn([usize; 4]) -> ([usize; 4], fn(Tensor<4>, [usize; 4]) -> Tensor<4>);

/// As it is: row-major.
pub const PLAIN: Arrival = |shape| (shape, |x, _| x);

pub const ARRIVALS: [(&str, Arrival); 7] = [
    ("row-major", PLAIN),
    ("channels-last", |[n, c, h, w]| {
        ([n, h, w, c], |x, _| x.permute([0, 3, 1, 2]))
    }),
    ("reversed", |[n, c, h, w]| {
        ([w, h, c, n], |x, _| x.permute([3, 2, 1, 0]))
    }),
    ("a part", |[n, c, h, w]| {
        ([n + 2, c + 1, h + 1, w + 3], |x, [n, c, h, w]| {
            x.slice([1..n + 1, 1..c + 1, 0..h, 2..w + 2])
        })
    }),
    ("a part of channels-last", |[n, c, h, w]| {
        ([n + 2, h + 1, w + 1, c + 2], |x, [n, c, h, w]| {
            x.slice([1..n + 1, 1..h + 1, 0..w, 1..c + 1])
                .permute([0, 3, 1, 2])
        })
    }),
    ("mirrored", |shape| (shape, |x, _| x.flip([0, 2]))),
    ("repeated", |[n, c, _, _]| {
        ([n, c, 1, 1], |x, shape| x.expand(shape))
    }),
];

impl Operation {
    /// The leaves' values.
    pub fn values(&self, arrival: Arrival) -> Vec<Vec<f32>> {
        let leaves = self.shapes.iter().enumerate();
        let len = |shape: &[usize; 4]| arrival(*shape).0.iter().product();
        leaves
            .map(|(seed, shape)| smooth(seed as u32 + 40, len(shape), self.scale))
            .collect()
    }

    /// The output, and the gradients of the leaves that need one, on values that come by `arrival`.
    pub fn run(
        &self,
        run: &Run,
        leaves: &[Vec<f32>],
        arrival: Arrival,
        needs_grad: impl Fn(usize) -> bool,
        loss: fn(Tensor<4>) -> Tensor<1>,
        device: &Device,
    ) -> Results {
        let leaves: Vec<_> = (leaves.iter().zip(&self.shapes).enumerate())
            .map(|(n, (values, shape))| {
                let leaf = tensor(values.clone(), arrival(*shape).0, device);
                leaf.autodiff().set_require_grad(needs_grad(n))
            })
            .collect();
        let seen: Vec<_> = (leaves.iter().zip(&self.shapes))
            .map(|(leaf, shape)| (arrival(*shape).1)(leaf.clone(), *shape))
            .collect();
        let output = run(&seen);
        drop(seen);
        let mut results = vec![("output", values(output.clone()))];
        if !output.is_tracked() {
            return results;
        }
        let gradients = loss(output).backward();
        for (n, leaf) in leaves.iter().enumerate() {
            let gradient = leaf.grad(&gradients);
            assert_eq!(gradient.is_some(), needs_grad(n), "{}: leaf {n}", self.name);
            results.extend(gradient.map(|gradient| ("gradient of a leaf", values(gradient))));
        }
        results
    }
}

/// Every value with a factor of its own.
pub fn weighted(output: Tensor<4>) -> Tensor<1> {
    let shape = output.dims();
    let factors = smooth(9, shape.iter().product(), 1.0);
    let factors = tensor(factors, shape, &output.device());
    (output * factors).sum()
}

/// Losses whose gradients reach the operation in other orders: one value repeated, the mean of a
/// channel, axes exchanged, a part.
pub const LOSSES: [fn(Tensor<4>) -> Tensor<1>; 6] = [
    weighted,
    |output| output.sum(),
    |output| weighted(output.mean_dim(1)),
    |output| weighted(output.permute([0, 2, 3, 1])),
    |output| weighted(output.permute([3, 1, 0, 2])),
    |output| {
        let [_, channels, height, _] = output.dims();
        weighted(output.slice([0..1, 0..channels.div_ceil(2), 0..height]))
    },
];

fn vector(leaf: &Tensor<4>) -> Tensor<1> {
    leaf.clone().reshape([-1])
}

fn activations() -> [Activation; 3] {
    [Activation::Relu, Activation::Relu6, Activation::Tanh]
}

/// Odd sizes, whole vectors of channels, one pixel, and more than one thread takes at once.
const MAPS: [[usize; 4]; 5] = [
    [3, 5, 7, 6],
    [2, 16, 5, 4],
    [2, 48, 3, 3],
    [4, 3, 1, 1],
    [3, 20, 30, 29],
];

pub fn operations() -> Vec<Operation> {
    let mut all = Vec::new();
    let mut push = |name: String, shapes: &[[usize; 4]], kernel: Run, composed: Run| {
        all.push(Operation {
            // Past all bends, and not to where rounding decides what is left of a slope.
            scale: match name.to_lowercase() {
                name if name.contains("relu6") => 8.0,
                name if name.contains("tanh") => 0.5,
                _ => 2.0,
            },
            name,
            shapes: shapes.to_vec(),
            kernel,
            composed,
        });
    };
    for maps in MAPS {
        for activation in activations() {
            push(
                format!("{activation} of {maps:?}"),
                &[maps],
                Box::new(move |x| kernels::activate(x[0].clone(), activation)),
                Box::new(move |x| {
                    let x = x[0].clone().into_dispatch();
                    Tensor::from_dispatch(composed::activate::<Dispatch>(x, activation))
                }),
            );
        }
        for activation in [None, Some(Activation::Relu), Some(Activation::Tanh)] {
            push(
                format!("sum of {maps:?}, {activation:?}"),
                &[maps, maps],
                Box::new(move |x| kernels::add(x[0].clone(), x[1].clone(), activation)),
                Box::new(move |x| {
                    let terms = [x[0].clone(), x[1].clone()].map(Tensor::into_dispatch);
                    Tensor::from_dispatch(composed::add::<Dispatch>(terms, activation))
                }),
            );
        }
        push(
            format!("fork of {maps:?}"),
            &[maps],
            Box::new(|x| {
                let [a, b] = kernels::fork(x[0].clone());
                a.clone() * a + b * 0.5
            }),
            Box::new(|x| x[0].clone() * x[0].clone() + x[0].clone() * 0.5),
        );
        push(
            format!("flattening of {maps:?}"),
            &[maps],
            Box::new(|x| kernels::flatten(x[0].clone()).unsqueeze()),
            Box::new(|x| {
                let flat = composed::flatten::<Dispatch>(x[0].clone().into_dispatch());
                Tensor::<2>::from_dispatch(flat).unsqueeze()
            }),
        );
        push(
            format!("global average of {maps:?}"),
            &[maps],
            Box::new(|x| kernels::global_average_pool(x[0].clone()).unsqueeze()),
            Box::new(|x| {
                let x = x[0].clone().into_dispatch();
                let means = composed::global_average_pool::<Dispatch>(x);
                Tensor::<2>::from_dispatch(means).unsqueeze()
            }),
        );
        for (stride, zeros) in [(2, [1, 3]), (1, [0, 2]), (3, [0, 0]), (2, [8, 8])] {
            let part = Subsample { stride, zeros };
            push(
                format!("{part:?} of {maps:?}"),
                &[maps],
                Box::new(move |x| kernels::subsample(x[0].clone(), part)),
                Box::new(move |x| {
                    let x = x[0].clone().into_dispatch();
                    Tensor::from_dispatch(composed::subsample::<Dispatch>(x, part))
                }),
            );
        }
        for pool in pools() {
            let fits = (0..2).all(|axis| {
                let size = maps[2 + axis];
                pool.axis(axis).output_size(size, 2 * pool.padding[axis]) > Some(0)
            });
            if !fits {
                continue;
            }
            push(
                format!("{pool:?} of {maps:?}"),
                &[maps],
                Box::new(move |x| kernels::pool(x[0].clone(), &pool)),
                Box::new(move |x| {
                    let x = x[0].clone().into_dispatch();
                    Tensor::from_dispatch(composed::pool::<Dispatch>(x, &pool))
                }),
            );
        }
        let [batch, channels, height, width] = maps;
        let of_channels = [channels, 1, 1, 1];
        for activation in [None, Some(Activation::Relu6), Some(Activation::Tanh)] {
            push(
                format!("batch norm of {maps:?} by given statistics, {activation:?}"),
                &[maps, of_channels, of_channels],
                Box::new(move |x| {
                    let norm = fixed_norm(vector(&x[1]), vector(&x[2]));
                    let pixels = x[0].clone().reshape([batch * height * width, channels]);
                    kernels::batch_norm_inference(pixels, norm, activation).unsqueeze()
                }),
                Box::new(move |x| {
                    let norm = fixed_norm(vector(&x[1]), vector(&x[2]));
                    let pixels: Tensor<2> =
                        x[0].clone().reshape([batch * height * width, channels]);
                    let output = composed::batch_norm_inference::<Dispatch>(
                        pixels.into_dispatch(),
                        [norm.gamma, norm.beta].map(Tensor::into_dispatch),
                        [norm.mean, norm.variance].map(Tensor::into_dispatch),
                        norm.epsilon,
                        activation,
                    );
                    Tensor::<2>::from_dispatch(output).unsqueeze()
                }),
            );
        }
        let filters = [maps[0], 1, 1, 1];
        push(
            format!("filters {maps:?} times one factor each"),
            &[maps, filters, filters],
            Box::new(|x| {
                let norm = fixed_norm(vector(&x[1]), vector(&x[2]));
                let bias = Some(vector(&x[2]));
                let (weight, bias) = kernels::fold_batch_norm(x[0].clone(), bias, norm);
                weight + bias.reshape([-1, 1, 1, 1])
            }),
            Box::new(|x| {
                let norm = fixed_norm(vector(&x[1]), vector(&x[2]));
                let scale = norm.gamma / (norm.variance + norm.epsilon).sqrt();
                let bias = norm.beta + (vector(&x[2]) - norm.mean) * scale.clone();
                x[0].clone() * scale.reshape([-1, 1, 1, 1]) + bias.reshape([-1, 1, 1, 1])
            }),
        );
    }
    all
}

/// Statistics that are the same for every run.
fn fixed_norm(gamma: Tensor<1>, beta: Tensor<1>) -> FixedNorm {
    let ([channels], device) = (gamma.dims(), gamma.device());
    let variance = smooth(7, channels, 1.0).into_iter().map(|v| v.abs() + 0.1);
    FixedNorm {
        gamma,
        beta,
        mean: tensor(smooth(6, channels, 1.0), [channels], &device),
        variance: tensor(variance.collect(), [channels], &device),
        epsilon: 1e-3,
    }
}

fn pools() -> Vec<Pool> {
    let overlapping = Pool {
        stride: [2, 2],
        padding: [1, 1],
        ..Pool::max([3, 3])
    };
    let average = |count_include_pad| Pool {
        kind: PoolKind::Average { count_include_pad },
        ..overlapping
    };
    vec![
        Pool::max([2, 2]),
        Pool::max([1, 1]),
        overlapping,
        Pool {
            dilation: [2, 1],
            ..Pool::max([2, 3])
        },
        Pool {
            stride: [1, 1],
            ..Pool::max([3, 2])
        },
        Pool::average([2, 2]),
        Pool::average([3, 1]),
        average(false),
        average(true),
    ]
}
