use burn::nn::PaddingConfig2d;
use burn::nn::conv::Conv2d;
use burn::nn::pool::{AvgPool2d, MaxPool2d};

use super::super::init::{Initialization, LayerBuilder};
use super::*;
use crate::device::{self, DeviceChoice};
use crate::pixels::ImageShape;

/// The layer that `text` stands for, behind maps of 8 channels.
fn built(text: &str) -> Block {
    let device = device::open(DeviceChoice::cpu(), &()).unwrap().device;
    let mut build = Build {
        input: ImageShape::new(8, 16, 16),
        classes: 10,
        layers: LayerBuilder::new(0, Initialization::default(), &device),
    };
    let parsed = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let blocks = parsed.build(build.input.into(), &mut build).unwrap();
    blocks.into_iter().next().unwrap()
}

fn conv(text: &str) -> Conv2d {
    match built(text) {
        Block::Conv(conv) => conv,
        _ => panic!("{text}: not a convolution"),
    }
}

#[test]
fn a_convolution_reads_all_its_settings() {
    let conv = conv("conv 16 3x5 stride 2 dilation 2x1 groups 4 padding 1x2 relu");
    assert_eq!(conv.kernel_size, [3, 5]);
    assert_eq!(conv.stride, [2, 2]);
    assert_eq!(conv.dilation, [2, 1]);
    assert_eq!(conv.groups, 4);
    assert_eq!(conv.padding, PaddingConfig2d::Explicit(1, 2, 1, 2));
}

#[test]
fn same_padding_keeps_the_size_also_with_dilation_and_even_kernels() {
    assert_eq!(
        conv("conv 1 3x3 dilation 2 same").padding,
        PaddingConfig2d::Explicit(2, 2, 2, 2)
    );
    assert_eq!(
        conv("conv 1 2x2 same").padding,
        PaddingConfig2d::Explicit(0, 0, 1, 1)
    );
}

#[test]
fn pooling_strides_by_its_window_unless_told_otherwise() {
    let Block::MaxPool(MaxPool2d {
        kernel_size,
        stride,
        ..
    }) = built("max-pool 3x3 stride 2")
    else {
        panic!("not a pooling layer")
    };
    assert_eq!((kernel_size, stride), ([3, 3], [2, 2]));
    let Block::AveragePool(AvgPool2d { stride, .. }) = built("avg-pool 2") else {
        panic!("not a pooling layer")
    };
    assert_eq!(stride, [2, 2]);
}

#[test]
fn mistakes_are_named_with_what_was_expected() {
    for (text, expected) in [
        ("cnov 3 3x3", "did you mean \"conv\""),
        ("conv 3x3", "number of output channels"),
        ("conv 32", "expected the window"),
        ("conv 32 3x0", "a window such as 3x3"),
        ("conv 32 3x3 stide 2", "\"stide\" is not understood"),
        ("dense", "number of units or \"classes\""),
        ("dense many", "received \"many\""),
        ("dropout 1.5", "less than 1"),
        ("flatten now", "\"now\" is not understood"),
        ("max-pool 2x2 padding 2", "at most half its window"),
        ("", "a layer needs a name"),
    ] {
        let error = parse(text).err().expect(text);
        assert!(error.contains(expected), "{text}: {error}");
    }
}
