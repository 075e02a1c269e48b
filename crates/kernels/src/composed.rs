//! The operations composed of Burn's own. This is their definition, which the kernels are tested
//! against, and what runs on backends without kernels.

use burn::backend::Backend;
use burn::backend::TensorMetadata;
use burn::backend::ops::ConvOptions;
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::tensor::{Distribution, IndexingUpdateOp, Shape, Slice, TensorData};

use crate::bias::Bias;
use crate::spec::{
    Activation, AdamStep, ConvBlock, LossFunction, Pool, PoolKind, RmsPropStep, SgdStep, Subsample,
};
use crate::targets::Targets;

/// Convolution, activation, pooling; see [`conv_block()`](crate::conv_block()).
pub fn conv_block<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    bias: Bias<B>,
    block: &ConvBlock,
) -> FloatTensor<B> {
    let [top, left, bottom, right] = block.padding;
    let options = ConvOptions::new_with_padding(
        block.stride,
        [(top, bottom), (left, right)],
        block.dilation,
        block.groups,
    );
    let x = B::conv2d(x, weight, bias.into_option(), options);
    let x = apply::<B>(x, block.activation);
    match &block.pool {
        Some(of) => pool::<B>(x, of),
        None => x,
    }
}

/// See [`pool()`](crate::pool()).
pub fn pool<B: Backend>(maps: FloatTensor<B>, pool: &Pool) -> FloatTensor<B> {
    let Pool {
        kernel,
        stride,
        padding,
        dilation,
        ..
    } = *pool;
    match pool.kind {
        PoolKind::Max => B::max_pool2d(maps, kernel, stride, padding, dilation, false),
        PoolKind::Average { count_include_pad } => {
            B::avg_pool2d(maps, kernel, stride, padding, count_include_pad, false)
        }
    }
}

/// See [`global_average_pool()`](crate::global_average_pool()).
pub fn global_average_pool<B: Backend>(maps: FloatTensor<B>) -> FloatTensor<B> {
    let [batch, channels, height, width] = maps.shape().dims();
    // Channels last, as the kernels leave them, so that the sum runs through memory in order.
    let last = B::float_permute(maps, &[0, 2, 3, 1]);
    let pixels = B::float_reshape(last, Shape::new([batch, height * width, channels]));
    let means = B::float_mean_dim(pixels, 1);
    B::float_reshape(means, Shape::new([batch, channels]))
}

/// See [`subsample()`](crate::subsample()).
pub fn subsample<B: Backend>(maps: FloatTensor<B>, subsample: Subsample) -> FloatTensor<B> {
    let (device, dtype) = (maps.device(), maps.dtype());
    let step = subsample.stride as isize;
    let slices = [1, 1, step, step].map(|step| Slice::with_step(0, None, step));
    let x = B::float_slice(maps, &slices);
    let [batch, _, height, width] = x.shape().dims();
    let zeros = |channels: usize| {
        let shape = Shape::new([batch, channels, height, width]);
        B::float_zeros(shape, &device, dtype.into())
    };
    let [before, after] = subsample.zeros.map(zeros);
    B::float_cat(vec![before, x, after], 1)
}

/// See [`flatten()`](crate::flatten()).
pub fn flatten<B: Backend>(maps: FloatTensor<B>) -> FloatTensor<B> {
    let [batch, channels, height, width] = maps.shape().dims();
    B::float_reshape(maps, Shape::new([batch, channels * height * width]))
}

/// See [`add()`](crate::add()).
pub fn add<B: Backend>(
    [a, b]: [FloatTensor<B>; 2],
    activation: Option<Activation>,
) -> FloatTensor<B> {
    apply::<B>(B::float_add(a, b), activation)
}

/// See [`activate()`](crate::activate()).
pub fn activate<B: Backend>(x: FloatTensor<B>, activation: Activation) -> FloatTensor<B> {
    apply::<B>(x, Some(activation))
}

/// Matrix product, bias, activation; see [`dense()`](crate::dense()).
pub fn dense<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    bias: Bias<B>,
    activation: Option<Activation>,
) -> FloatTensor<B> {
    apply::<B>(B::linear(x, weight, bias.into_option()), activation)
}

/// Batch norm with the statistics of the batch, activation; see [`batch_norm()`](crate::batch_norm()).
pub fn batch_norm<B: Backend>(
    x: FloatTensor<B>,
    [gamma, beta]: [FloatTensor<B>; 2],
    epsilon: f32,
    activation: Option<Activation>,
) -> [FloatTensor<B>; 3] {
    let channels = gamma.shape();
    let row = |tensor: FloatTensor<B>| {
        let shape = Shape::new([1, channels.num_elements()]);
        B::float_reshape(tensor, shape)
    };
    let mean = B::float_mean_dim(x.clone(), 0);
    let centered = B::float_sub(x, mean.clone());
    let variance = B::float_mean_dim(B::float_mul(centered.clone(), centered.clone()), 0);
    let deviation = B::float_sqrt(B::float_add_scalar(variance.clone(), epsilon.into()));
    let scale = B::float_div(row(gamma), deviation);
    let output = B::float_add(B::float_mul(centered, scale), row(beta));
    [
        apply::<B>(output, activation),
        B::float_reshape(mean, channels.clone()),
        B::float_reshape(variance, channels.clone()),
    ]
}

/// Batch norm with given statistics, activation; see
/// [`batch_norm_inference()`](crate::batch_norm_inference()).
pub fn batch_norm_inference<B: Backend>(
    x: FloatTensor<B>,
    [gamma, beta]: [FloatTensor<B>; 2],
    [mean, variance]: [FloatTensor<B>; 2],
    epsilon: f32,
    activation: Option<Activation>,
) -> FloatTensor<B> {
    let channels = gamma.shape().num_elements();
    let row = |tensor: FloatTensor<B>| B::float_reshape(tensor, Shape::new([1, channels]));
    let deviation = B::float_sqrt(B::float_add_scalar(variance, epsilon.into()));
    let scale = B::float_div(gamma, deviation);
    let centered = B::float_sub(x, row(mean));
    let output = B::float_add(B::float_mul(centered, row(scale)), row(beta));
    apply::<B>(output, activation)
}

/// See [`fold_batch_norm()`](crate::fold_batch_norm()).
pub fn scale_filters<B: Backend>(weight: FloatTensor<B>, scale: FloatTensor<B>) -> FloatTensor<B> {
    let shape = weight.shape();
    let filters = shape.as_slice().first().copied().unwrap_or(1);
    // Two axes: with four, the last of length 1, the product takes ten times as long.
    let taps = shape.num_elements() / filters.max(1);
    let weight = B::float_reshape(weight, Shape::new([filters, taps]));
    let scale = B::float_reshape(scale, Shape::new([filters, 1]));
    B::float_reshape(B::float_mul(weight, scale), shape)
}

fn apply<B: Backend>(x: FloatTensor<B>, activation: Option<Activation>) -> FloatTensor<B> {
    match activation {
        None => x,
        Some(Activation::Relu) => B::relu(x),
        // ReLU first: its slope at zero is zero, as PyTorch's, and that of a clamp is one.
        Some(Activation::Relu6) => B::float_clamp_max(B::relu(x), 6.0.into()),
        Some(Activation::Tanh) => B::float_tanh(x),
    }
}

/// See [`adam_step()`](crate::adam_step()).
pub fn adam_step<B: Backend>(
    parameter: FloatTensor<B>,
    gradient: FloatTensor<B>,
    moments: [FloatTensor<B>; 2],
    step: AdamStep,
) -> [FloatTensor<B>; 3] {
    let gradient = decayed::<B>(gradient, &parameter, step.decay);
    let [first, second] = moments;
    let scaled = |x, factor: f32| B::float_mul_scalar(x, factor.into());
    let first = B::float_add(
        scaled(first, step.beta_1),
        scaled(gradient.clone(), 1.0 - step.beta_1),
    );
    let square = B::float_mul(gradient.clone(), gradient);
    let second = B::float_add(
        scaled(second, step.beta_2),
        scaled(square, 1.0 - step.beta_2),
    );
    let root = B::float_add_scalar(B::float_sqrt(second.clone()), step.epsilon.into());
    let change = scaled(B::float_div(first.clone(), root), step.rate);
    let parameter = B::float_sub(scaled(parameter, step.shrink), change);
    [parameter, first, second]
}

/// See [`sgd_step()`](crate::sgd_step()).
pub fn sgd_step<B: Backend>(
    parameter: FloatTensor<B>,
    gradient: FloatTensor<B>,
    velocity: FloatTensor<B>,
    step: SgdStep,
) -> [FloatTensor<B>; 2] {
    let gradient = decayed::<B>(gradient, &parameter, step.decay);
    let scaled = |x, factor: f32| B::float_mul_scalar(x, factor.into());
    let velocity = B::float_add(scaled(velocity, step.momentum), gradient.clone());
    let direction = match step.nesterov {
        true => B::float_add(scaled(velocity.clone(), step.momentum), gradient),
        false => velocity.clone(),
    };
    [
        B::float_sub(parameter, scaled(direction, step.rate)),
        velocity,
    ]
}

fn decayed<B: Backend>(
    gradient: FloatTensor<B>,
    parameter: &FloatTensor<B>,
    decay: f32,
) -> FloatTensor<B> {
    match decay {
        0.0 => gradient,
        _ => B::float_add(
            gradient,
            B::float_mul_scalar(parameter.clone(), decay.into()),
        ),
    }
}

/// See [`rms_prop_step()`](crate::rms_prop_step()).
pub fn rms_prop_step<B: Backend>(
    parameter: FloatTensor<B>,
    gradient: FloatTensor<B>,
    [square, velocity]: [FloatTensor<B>; 2],
    step: RmsPropStep,
) -> [FloatTensor<B>; 3] {
    let gradient = decayed::<B>(gradient, &parameter, step.decay);
    let scaled = |x, factor: f32| B::float_mul_scalar(x, factor.into());
    let squared = B::float_mul(gradient.clone(), gradient.clone());
    let square = B::float_add(
        scaled(square, step.alpha),
        scaled(squared, 1.0 - step.alpha),
    );
    let root = B::float_add_scalar(B::float_sqrt(square.clone()), step.epsilon.into());
    let direction = B::float_div(gradient, root);
    let velocity = B::float_add(scaled(velocity, step.momentum), direction);
    let parameter = B::float_sub(parameter, scaled(velocity.clone(), step.rate));
    [parameter, square, velocity]
}

/// Sum of the squares, `[1]`; see [`squared_norm()`](crate::squared_norm()).
pub fn squared_norm<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    B::float_sum(B::float_mul(x.clone(), x))
}

/// Dropout; see [`dropout()`](crate::dropout()).
pub fn dropout<B: Backend>(x: FloatTensor<B>, probability: f64) -> FloatTensor<B> {
    let kept = 1.0 - probability;
    let mask = B::float_random(
        x.shape(),
        Distribution::Bernoulli(kept),
        &x.device(),
        x.dtype().into(),
    );
    B::float_mul_scalar(B::float_mul(x, mask), (1.0 / kept).into())
}

/// The loss with and without class weights, and the number of correct images, `[1]` each; see
/// [`classification_loss()`](crate::classification_loss()).
pub fn classification_loss<B: Backend>(
    logits: FloatTensor<B>,
    targets: Targets<B>,
    function: &LossFunction,
) -> [FloatTensor<B>; 3] {
    let shape = logits.shape();
    let classes = shape[1];
    let correct = correct::<B>(logits.clone(), targets.classes().clone());
    let target = probabilities::<B>(&logits, targets);
    let (smoothing, weights) = match function {
        LossFunction::MeanSquaredError => {
            let difference = B::float_sub(B::softmax(logits, 1), target);
            let loss = B::float_mean(B::float_mul(difference.clone(), difference));
            return [loss.clone(), loss, correct];
        }
        LossFunction::CrossEntropy {
            label_smoothing,
            class_weights,
        } => (*label_smoothing, class_weights),
    };
    let smoothed = B::float_add_scalar(
        B::float_mul_scalar(target.clone(), (1.0 - smoothing).into()),
        (smoothing / classes as f32).into(),
    );
    let losses = B::float_neg(B::float_mul(smoothed, B::log_softmax(logits, 1)));
    let unweighted = B::float_mean(B::float_sum_dim(losses.clone(), 1));
    let Some(weights) = weights else {
        return [unweighted.clone(), unweighted, correct];
    };
    let weights = TensorData::new(weights.clone(), [1, weights.len()]);
    let weights = weights.convert_dtype(losses.dtype());
    let weights = B::float_from_data(weights, &losses.device());
    let weighted = B::float_sum(B::float_mul(losses, weights.clone()));
    let loss = B::float_div(weighted, B::float_sum(B::float_mul(target, weights)));
    [loss, unweighted, correct]
}

/// The number of rows whose largest value stands at their index, `[1]`.
fn correct<B: Backend>(logits: FloatTensor<B>, classes: IntTensor<B>) -> FloatTensor<B> {
    let batch = classes.shape().num_elements();
    let dtype = logits.dtype();
    let predicted = B::float_argmax(logits, 1, classes.dtype().into());
    let predicted = B::int_reshape(predicted, Shape::new([batch]));
    let distance = B::int_into_float(B::int_sub(predicted, classes), dtype.into());
    let wrong = B::float_clamp_max(B::float_abs(distance), 1.0.into());
    B::float_sum(B::float_add_scalar(B::float_neg(wrong), 1.0.into()))
}

/// The probabilities aimed at, `[batch, classes]` as `logits`.
fn probabilities<B: Backend>(logits: &FloatTensor<B>, targets: Targets<B>) -> FloatTensor<B> {
    let (shape, device, dtype) = (logits.shape(), logits.device(), logits.dtype());
    let column = Shape::new([shape[0], 1]);
    let zeros = B::float_zeros(shape, &device, dtype.into());
    let ones = B::float_ones(column.clone(), &device, dtype.into());
    let add = |probabilities, classes, shares| {
        let classes = B::int_reshape(classes, column.clone());
        B::float_scatter(1, probabilities, classes, shares, IndexingUpdateOp::Add)
    };
    match targets {
        Targets::Classes(classes) => add(zeros, classes, ones),
        Targets::Mixed {
            classes,
            others,
            shares,
        } => {
            let shares = B::float_reshape(shares, column.clone());
            let own = B::float_sub(ones, shares.clone());
            add(add(zeros, classes, own), others, shares)
        }
    }
}
