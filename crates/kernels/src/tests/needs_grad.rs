//! Only some of the gradients are needed.

use burn::tensor::Tensor;

use super::cases::{ConvCase, DenseCase};
use super::support::{Results, backends, smooth, tensor, values};
use crate::{self as kernels, Activation, ConvBlock, Pool};

/// Whether input, weight and bias need a gradient: all eight cases.
fn combinations() -> impl Iterator<Item = [bool; 3]> {
    (0..8).map(|bits| [bits & 1 != 0, bits & 2 != 0, bits & 4 != 0])
}

/// Runs `layer` with only some gradients, and compares with `all` of them.
fn check<const D: usize>(
    leaves: (Tensor<D>, Tensor<D>, Tensor<1>),
    needs_grad: [bool; 3],
    layer: impl Fn(Tensor<D>, Tensor<D>, Option<Tensor<1>>) -> Tensor<D>,
    all: &Results,
) {
    let x = leaves.0.autodiff().set_require_grad(needs_grad[0]);
    let weight = leaves.1.autodiff().set_require_grad(needs_grad[1]);
    let bias = leaves.2.autodiff().set_require_grad(needs_grad[2]);
    let output = layer(x.clone(), weight.clone(), Some(bias.clone()));
    assert_eq!(values(output.clone()), all[0].1, "{needs_grad:?}");
    if needs_grad == [false; 3] {
        assert!(!output.is_tracked());
        return;
    }
    let shape = output.dims();
    let upstream = tensor(
        smooth(3, shape.iter().product(), 1.0),
        shape,
        &output.device(),
    );
    let gradients = (output * upstream).sum().backward();
    let found = [
        x.grad(&gradients).map(values),
        weight.grad(&gradients).map(values),
        bias.grad(&gradients).map(values),
    ];
    for (n, found) in found.into_iter().enumerate() {
        assert_eq!(
            found,
            needs_grad[n].then(|| all[n + 1].1.clone()),
            "{needs_grad:?}: {}",
            all[n + 1].0
        );
    }
}

#[test]
fn gradients_that_are_not_needed_do_not_change_the_others() {
    let maximum = Pool::max([2, 2]);
    let average = Pool::average([2, 2]);
    let plain = ConvBlock {
        padding: [1; 4],
        activation: Some(Activation::Relu),
        ..ConvBlock::default()
    };
    let pooled = |pool, groups| ConvBlock {
        pool: Some(pool),
        groups,
        ..plain
    };
    let blocks = [
        plain,
        pooled(maximum, 1),
        pooled(average, 1),
        pooled(average, 2),
        pooled(maximum, 6),
    ];
    let dense = DenseCase {
        batch: 9,
        inputs: 21,
        outputs: 33,
        bias: true,
        activation: Some(Activation::Relu),
        seed: 0,
    };
    let backends = backends();
    let runs = backends
        .iter()
        .flat_map(|b| combinations().map(move |needs_grad| (b, needs_grad)));
    for (backend, needs_grad) in runs {
        let device = &backend.device;
        for block in blocks {
            let case = ConvCase {
                images: [3, 6, 9, 8],
                weight: [6, 6 / block.groups, 3, 3],
                bias: true,
                block,
                seed: 0,
            };
            let [x, weight, bias] = case.values(smooth);
            let leaves = (
                tensor(x, case.images, device),
                tensor(weight, case.weight, device),
                tensor(bias, [6], device),
            );
            let all = case.run(smooth, kernels::conv_block, device);
            let layer = |x, weight, bias| kernels::conv_block(x, weight, bias, &block);
            check(leaves, needs_grad, layer, &all);
        }
        let [x, weight, bias] = dense.values(smooth);
        let leaves = (
            tensor(x, [9, 21], device),
            tensor(weight, [21, 33], device),
            tensor(bias, [33], device),
        );
        let all = dense.run(smooth, kernels::dense, device);
        let layer = |x, weight, bias| kernels::dense(x, weight, bias, dense.activation);
        check(leaves, needs_grad, layer, &all);
    }
}
