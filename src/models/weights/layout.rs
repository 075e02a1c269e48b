//! Conversion from the order of values in files of PyTorch and Keras to the order in networks.

use std::borrow::Cow;

use super::super::layers::TensorLayout;

/// `values` of shape `[rows, columns]` with rows and columns exchanged.
pub fn transposed(values: &[f32], [rows, columns]: [usize; 2]) -> Vec<f32> {
    let columns_first = (0..columns).flat_map(|c| (0..rows).map(move |r| r * columns + c));
    columns_first.map(|index| values[index]).collect()
}

/// Converts values in the order of a file to the order of a network.
pub type Arrange = Box<dyn Fn(&[f32]) -> Vec<f32>>;

/// The conversion of a tensor of `shape` in a file to one of shape `own` in a network; `None` where
/// it does not fit.
pub fn arrange(
    layout: TensorLayout,
    keras: bool,
    shape: &[usize],
    own: &[usize],
) -> Option<Arrange> {
    let fits = shape == expected_shape(layout, keras, own).as_ref();
    if !fits && !is_pointwise(layout, keras, shape, own) {
        return None;
    }
    let own = own.to_vec();
    Some(match (layout, keras) {
        (TensorLayout::Conv, true) => Box::new(move |values| {
            transposed(values, [own[1] * own[2] * own[3], own[0]])
                .chunks(own[1] * own[2] * own[3])
                .flat_map(|filter| transposed(filter, [own[2] * own[3], own[1]]))
                .collect()
        }),
        (TensorLayout::DepthwiseConv, true) => {
            Box::new(move |values| transposed(values, [own[2] * own[3], own[0]]))
        }
        (TensorLayout::Dense, false) => {
            Box::new(move |values| transposed(values, [own[1], own[0]]))
        }
        _ => Box::new(<[f32]>::to_vec),
    })
}

/// The shape in a file of a tensor that has shape `own` in a network.
pub fn expected_shape(layout: TensorLayout, keras: bool, own: &[usize]) -> Cow<'_, [usize]> {
    match (layout, keras, own) {
        (TensorLayout::Conv, true, [out, group, height, width]) => {
            vec![*height, *width, *group, *out].into()
        }
        (TensorLayout::DepthwiseConv, true, [out, group, height, width]) => {
            vec![*height, *width, *out, *group].into()
        }
        (TensorLayout::Dense, false, [inputs, outputs]) => vec![*outputs, *inputs].into(),
        _ => own.into(),
    }
}

/// Whether the file has a dense layer as a 1x1 convolution, as Keras does in MobileNet.
fn is_pointwise(layout: TensorLayout, keras: bool, shape: &[usize], own: &[usize]) -> bool {
    match (layout, keras, own) {
        (TensorLayout::Dense, true, [inputs, outputs]) => shape == [1, 1, *inputs, *outputs],
        (TensorLayout::Dense, false, [inputs, outputs]) => shape == [*outputs, *inputs, 1, 1],
        _ => false,
    }
}
