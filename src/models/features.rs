//! The values between two layers.

use burn::tensor::Tensor;

use super::shape::FeatureShape;

/// The values between two layers.
#[derive(Clone)]
pub enum Features {
    /// `[batch, channels, height, width]`
    Maps(Tensor<4>),
    /// `[batch, features]`
    Vector(Tensor<2>),
}

impl Features {
    /// Their shape without the batch.
    pub fn shape(&self) -> FeatureShape {
        match self {
            Features::Maps(maps) => {
                let [_, channels, height, width] = maps.dims();
                FeatureShape::Maps([channels, height, width])
            }
            Features::Vector(vector) => FeatureShape::Vector([vector.dims()[1]]),
        }
    }

    /// Feature maps, `[batch, channels, height, width]`.
    ///
    /// # Panics
    /// They are vectors. Networks check the shapes between their layers when they are built.
    pub fn into_maps(self) -> Tensor<4> {
        match self {
            Features::Maps(maps) => maps,
            Features::Vector(_) => panic!("a layer over feature maps received vectors"),
        }
    }

    /// Vectors, `[batch, features]`.
    ///
    /// # Panics
    /// They are feature maps. Networks check the shapes between their layers when they are built.
    pub fn into_vector(self) -> Tensor<2> {
        match self {
            Features::Vector(vector) => vector,
            Features::Maps(_) => panic!("a layer over vectors received feature maps"),
        }
    }

    /// Vectors, `[batch, features]`; feature maps channel after channel.
    pub fn flatten(self) -> Tensor<2> {
        match self {
            Features::Vector(vector) => vector,
            Features::Maps(maps) => kernels::flatten(maps),
        }
    }
}
