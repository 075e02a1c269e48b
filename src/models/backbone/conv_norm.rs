//! A convolution and its batch norm, the unit that all families but VGG are built of.

use burn::nn::BatchNormConfig;

use super::super::build::Build;
use super::super::conv_spec::ConvSpec;
use super::super::error::BuildError;
use super::super::layers::Chain;

/// Puts a convolution without bias and its batch norm at the end of `chain`.
///
/// # Errors
/// The network would have too many weights.
pub fn push_conv_norm(
    chain: &mut Chain,
    build: &mut Build,
    names: [impl Into<String>; 2],
    spec: ConvSpec,
) -> Result<(), BuildError> {
    let norm = BatchNormConfig::new(spec.out_channels);
    push_conv_and(chain, build, names, spec, &norm)
}

/// As [`push_conv_norm`], with other settings of the batch norm.
///
/// # Errors
/// The network would have too many weights.
pub fn push_conv_and(
    chain: &mut Chain,
    build: &mut Build,
    [conv_name, norm_name]: [impl Into<String>; 2],
    spec: ConvSpec,
    norm: &BatchNormConfig,
) -> Result<(), BuildError> {
    chain.push(conv_name, build.layers.conv(spec.unbiased())?);
    chain.push(norm_name, norm.init(build.layers.device()));
    Ok(())
}
