//! How tensors lie in files of PyTorch and Keras, and how here.

use std::borrow::Cow;

/// What a tensor is to its layer.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    /// `[out, in / groups, height, width]`; in Keras `[height, width, in, out]`, or
    /// `[height, width, channels, 1]` where it is depthwise.
    Conv { depthwise: bool },
    /// `[inputs, outputs]` here, `[outputs, inputs]` in PyTorch.
    Dense,
    /// One value per channel.
    Vector,
}

/// `values` of shape `[rows, columns]` with rows and columns exchanged.
pub fn transposed(values: &[f32], [rows, columns]: [usize; 2]) -> Vec<f32> {
    let columns_first = (0..columns).flat_map(|c| (0..rows).map(move |r| r * columns + c));
    columns_first.map(|index| values[index]).collect()
}

/// From values as they lie in a file to values as they lie here.
pub type Arrange = Box<dyn Fn(&[f32]) -> Vec<f32>>;

/// How a tensor of `shape` in a file becomes one of shape `own`; `None` where it does not fit.
pub fn arrange(kind: Kind, keras: bool, shape: &[usize], own: &[usize]) -> Option<Arrange> {
    if shape != expected_shape(kind, keras, own).as_ref() && !is_pointwise(kind, keras, shape, own)
    {
        return None;
    }
    let own = own.to_vec();
    Some(match (kind, keras) {
        (Kind::Conv { depthwise: false }, true) => Box::new(move |values| {
            transposed(values, [own[1] * own[2] * own[3], own[0]])
                .chunks(own[1] * own[2] * own[3])
                .flat_map(|filter| transposed(filter, [own[2] * own[3], own[1]]))
                .collect()
        }),
        (Kind::Conv { depthwise: true }, true) => {
            Box::new(move |values| transposed(values, [own[2] * own[3], own[0]]))
        }
        (Kind::Dense, false) => Box::new(move |values| transposed(values, [own[1], own[0]])),
        _ => Box::new(<[f32]>::to_vec),
    })
}

/// The shape that a tensor has in a file.
pub fn expected_shape<'a>(kind: Kind, keras: bool, own: &'a [usize]) -> Cow<'a, [usize]> {
    match (kind, keras, own) {
        (Kind::Conv { depthwise: false }, true, [out, group, height, width]) => {
            vec![*height, *width, *group, *out].into()
        }
        (Kind::Conv { depthwise: true }, true, [out, group, height, width]) => {
            vec![*height, *width, *out, *group].into()
        }
        (Kind::Dense, false, [inputs, outputs]) => vec![*outputs, *inputs].into(),
        _ => own.into(),
    }
}

/// Whether a dense layer is kept as a 1x1 convolution, as Keras does in MobileNet.
fn is_pointwise(kind: Kind, keras: bool, shape: &[usize], own: &[usize]) -> bool {
    match (kind, keras, own) {
        (Kind::Dense, true, [inputs, outputs]) => shape == [1, 1, *inputs, *outputs],
        (Kind::Dense, false, [inputs, outputs]) => shape == [*outputs, *inputs, 1, 1],
        _ => false,
    }
}
