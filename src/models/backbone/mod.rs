//! Networks that are published with weights: features, and a head that classifies by them.
//!
//! One file per family holds the paper's table; layers are named as in the published weights, so
//! that a name means the same layer in a file of weights and in the configuration.

mod architecture;
mod cifar_resnet;
mod config;
mod conv_norm;
mod head;
mod mobilenet_v1;
mod mobilenet_v2;
mod network;
mod resnet;
mod vgg;

pub use architecture::Architecture;
pub use cifar_resnet::{RESNET20, RESNET32, RESNET44, RESNET56, RESNET110};
pub use config::BackboneConfig;
pub use head::Head;
pub use mobilenet_v1::MOBILENET_V1;
pub use mobilenet_v2::MOBILENET_V2;
pub use network::Backbone;
pub use resnet::{RESNET18, RESNET34, RESNET50, RESNET101, RESNET152};
pub use vgg::{VGG16, VGG16_BN, VGG19, VGG19_BN};

#[cfg(test)]
mod tests;
