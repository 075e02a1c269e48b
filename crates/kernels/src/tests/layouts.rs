//! Tensors that do not lie in memory as their shape says, gradients that arrive so, and values that
//! several operations share.

use burn::tensor::{Device, Tensor};

use super::support::{
    ConvOperation, DenseOperation, Results, backends, close, composed_block, composed_dense,
    smooth, tensor, values,
};
use crate::{self as kernels, Activation, ConvBlock, Pool};

#[derive(Clone, Copy)]
struct Operations {
    conv: ConvOperation,
    dense: DenseOperation,
}

const KERNELS: Operations = Operations {
    conv: kernels::conv_block,
    dense: kernels::dense,
};
const COMPOSED: Operations = Operations {
    conv: composed_block,
    dense: composed_dense,
};

/// A block with everything: 3x3, stride 1, padding 1, a maximum of 2x2.
const BLOCK: ConvBlock = ConvBlock {
    stride: [1, 1],
    padding: [1; 4],
    dilation: [1, 1],
    groups: 1,
    activation: Some(Activation::Relu),
    pool: Some(Pool::max([2, 2])),
    channels_first: false,
};
const AVERAGE: ConvBlock = ConvBlock {
    activation: Some(Activation::Tanh),
    pool: Some(Pool::average([2, 2])),
    ..BLOCK
};
const PLAIN: ConvBlock = ConvBlock {
    activation: None,
    pool: None,
    ..BLOCK
};

type Network<'a> = &'a dyn Fn(Operations, &[Tensor<4>]) -> Tensor<4>;

/// Runs `network` on leaves of the given shapes; its output, and the gradients of the leaves.
fn results(ops: Operations, shapes: &[[usize; 4]], network: Network, device: &Device) -> Results {
    let leaf = |(seed, &shape): (usize, &[usize; 4])| {
        let values = smooth(seed as u32, shape.iter().product(), 0.5);
        tensor(values, shape, device).autodiff().require_grad()
    };
    let leaves: Vec<_> = shapes.iter().enumerate().map(leaf).collect();
    let output = network(ops, &leaves);
    let gradients = output.clone().sum().backward();
    let mut results = vec![("output", values(output))];
    for leaf in leaves {
        results.push((
            "gradient of a leaf",
            values(leaf.grad(&gradients).expect("asked for")),
        ));
    }
    results
}

/// Compares the kernels with Burn's own operations within `network`.
fn check(shapes: &[[usize; 4]], network: Network) {
    for backend in backends() {
        let actual = results(KERNELS, shapes, network, &backend.device);
        let expected = results(COMPOSED, shapes, network, &backend.device);
        close(&actual, &expected, 1e-4).unwrap_or_else(|error| panic!("{}: {error}", backend.name));
    }
}

/// Multiplied with other values each: a gradient that is not all ones.
fn weighted(x: Tensor<4>) -> Tensor<4> {
    let shape = x.dims();
    x.clone() * tensor(smooth(9, shape.iter().product(), 1.0), shape, &x.device())
}

fn matrix(x: &Tensor<4>) -> Tensor<2> {
    let [rows, columns, ..] = x.dims();
    x.clone().reshape([rows, columns])
}

#[test]
fn images_may_lie_in_any_order() {
    for block in [BLOCK, AVERAGE, PLAIN] {
        let orders = [[0, 3, 1, 2], [0, 2, 1, 3], [3, 2, 1, 0], [1, 0, 3, 2]];
        for (order, shape) in orders.into_iter().zip([[3, 6, 7, 5]; 4]) {
            let channels = shape[order[1]];
            check(&[shape, [4, channels, 3, 3]], &|ops, leaves| {
                let images = leaves[0].clone().permute(order.map(|axis| axis as isize));
                weighted((ops.conv)(images, leaves[1].clone(), None, &block))
            });
        }
    }
}

#[test]
fn images_may_be_a_part_of_others() {
    for block in [BLOCK, AVERAGE, PLAIN] {
        check(&[[4, 6, 10, 9], [4, 3, 3, 3]], &|ops, leaves| {
            let images = leaves[0].clone().slice([1..3, 2..5, 1..9, 3..8]);
            weighted((ops.conv)(images, leaves[1].clone(), None, &block))
        });
        check(&[[4, 10, 9, 6], [4, 3, 3, 3]], &|ops, leaves| {
            let images = leaves[0].clone().slice([1..3, 1..9, 3..8, 2..5]);
            let images = images.permute([0, 3, 1, 2]);
            weighted((ops.conv)(images, leaves[1].clone(), None, &block))
        });
    }
}

#[test]
fn images_may_repeat_values() {
    for shape in [
        [1, 3, 6, 5],
        [2, 1, 6, 5],
        [2, 3, 1, 5],
        [2, 3, 6, 1],
        [2, 1, 1, 1],
        [1; 4],
    ] {
        for block in [BLOCK, AVERAGE, PLAIN] {
            check(&[shape, [4, 3, 3, 3]], &|ops, leaves| {
                let images: Tensor<4> = leaves[0].clone().expand([2, 3, 6, 5]);
                weighted((ops.conv)(images, leaves[1].clone(), None, &block))
            });
        }
    }
}

#[test]
fn images_may_be_mirrored() {
    for axes in [[3, 2], [1, 3], [0, 1]] {
        check(&[[2, 3, 6, 5], [4, 3, 3, 3]], &|ops, leaves| {
            let images = leaves[0].clone().flip(axes);
            weighted((ops.conv)(images, leaves[1].clone(), None, &BLOCK))
        });
    }
}

#[test]
fn the_weight_may_lie_in_any_order() {
    check(&[[2, 3, 6, 5], [3, 4, 3, 3]], &|ops, leaves| {
        let weight = leaves[1].clone().permute([1, 0, 3, 2]);
        weighted((ops.conv)(leaves[0].clone(), weight, None, &BLOCK))
    });
    check(&[[2, 3, 6, 5], [4, 3, 1, 1]], &|ops, leaves| {
        let weight = leaves[1].clone().expand([4, 3, 3, 3]);
        weighted((ops.conv)(leaves[0].clone(), weight, None, &BLOCK))
    });
}

#[test]
fn the_gradient_may_lie_in_any_order() {
    for block in [BLOCK, AVERAGE, PLAIN] {
        let shapes = [[3, 3, 6, 8], [4, 3, 3, 3]];
        let conv = |ops: Operations, leaves: &[Tensor<4>]| {
            (ops.conv)(leaves[0].clone(), leaves[1].clone(), None, &block)
        };
        // One value repeated; the mean over a channel, over columns, over images.
        check(&shapes, &|ops, leaves| conv(ops, leaves));
        for axis in [0, 1, 3] {
            check(&shapes, &|ops, leaves| {
                weighted(conv(ops, leaves).mean_dim(axis))
            });
        }
        check(&shapes, &|ops, leaves| {
            weighted(conv(ops, leaves).permute([0, 2, 3, 1]))
        });
        check(&shapes, &|ops, leaves| {
            weighted(conv(ops, leaves).permute([3, 2, 1, 0]))
        });
        check(&shapes, &|ops, leaves| {
            weighted(conv(ops, leaves).flip([2, 3]))
        });
        check(&shapes, &|ops, leaves| {
            weighted(conv(ops, leaves).slice([1..2, 1..3, 0..3, 2..4]))
        });
    }
}

#[test]
fn a_dense_layer_takes_any_order() {
    let relu = Some(Activation::Relu);
    check(&[[37, 19, 1, 1], [37, 21, 1, 1]], &|ops, leaves| {
        weighted(
            (ops.dense)(
                matrix(&leaves[0]).transpose(),
                matrix(&leaves[1]),
                None,
                relu,
            )
            .unsqueeze(),
        )
    });
    check(&[[19, 37, 1, 1], [21, 37, 1, 1]], &|ops, leaves| {
        weighted(
            (ops.dense)(
                matrix(&leaves[0]),
                matrix(&leaves[1]).transpose(),
                None,
                relu,
            )
            .unsqueeze(),
        )
    });
    check(&[[19, 1, 1, 1], [1, 21, 1, 1]], &|ops, leaves| {
        let (x, weight) = (matrix(&leaves[0]), matrix(&leaves[1]));
        let out = (ops.dense)(x.expand([19, 37]), weight.expand([37, 21]), None, relu);
        weighted(out.transpose().unsqueeze())
    });
    check(&[[19, 40, 1, 1], [37, 30, 1, 1]], &|ops, leaves| {
        let x = matrix(&leaves[0]).slice([2..11, 1..38]);
        let weight = matrix(&leaves[1]).slice([0..37, 4..25]);
        (ops.dense)(x, weight, None, relu).unsqueeze()
    });
    check(&[[19, 37, 1, 1], [37, 21, 1, 1]], &|ops, leaves| {
        let x = matrix(&leaves[0]).flip([0, 1]);
        weighted(
            (ops.dense)(x, matrix(&leaves[1]), None, relu)
                .flip([1])
                .unsqueeze(),
        )
    });
}

#[test]
fn blocks_may_follow_each_other() {
    let shapes = [
        [3, 1, 19, 16],
        [6, 1, 3, 3],
        [8, 6, 3, 3],
        [8, 8, 3, 3],
        [32, 10, 1, 1],
    ];
    check(&shapes, &|ops, leaves| {
        let x = (ops.conv)(leaves[0].clone(), leaves[1].clone(), None, &BLOCK);
        let x = (ops.conv)(x, leaves[2].clone(), None, &PLAIN);
        let x = (ops.conv)(x, leaves[3].clone(), None, &AVERAGE);
        let x = x.slice([0..3, 0..8, 0..2, 1..3]).reshape([3, 32]);
        let x = (ops.dense)(x, matrix(&leaves[4]), None, Some(Activation::Tanh));
        weighted(x.unsqueeze())
    });
}

#[test]
fn several_blocks_may_share_values() {
    // One weight twice in a row; one image under two weights; a residual connection, whose
    // gradient both sides receive, and neither may change for the other.
    let relu = ConvBlock {
        pool: None,
        ..BLOCK
    };
    check(&[[2, 4, 6, 5], [4, 4, 3, 3]], &|ops, leaves| {
        let x = (ops.conv)(leaves[0].clone(), leaves[1].clone(), None, &relu);
        weighted((ops.conv)(x, leaves[1].clone(), None, &relu))
    });
    check(
        &[[2, 4, 6, 5], [4, 4, 3, 3], [4, 4, 3, 3]],
        &|ops, leaves| {
            let x = (ops.conv)(leaves[0].clone(), leaves[1].clone(), None, &relu);
            let y = (ops.conv)(leaves[0].clone(), leaves[2].clone(), None, &relu);
            weighted(x + y + leaves[0].clone())
        },
    );
    check(
        &[[9, 21, 1, 1], [21, 33, 1, 1], [21, 33, 1, 1]],
        &|ops, leaves| {
            let relu = Some(Activation::Relu);
            let x = (ops.dense)(matrix(&leaves[0]), matrix(&leaves[1]), None, relu);
            let y = (ops.dense)(matrix(&leaves[0]), matrix(&leaves[2]), None, relu);
            weighted((x.clone() + y + x).unsqueeze())
        },
    );
}
