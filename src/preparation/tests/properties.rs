//! Any step on any picture gives a picture.

use image::{DynamicImage, ImageBuffer, Luma, LumaA, Rgb, Rgba};
use proptest::prelude::*;

use super::*;
use crate::pixels::Resize;
use operations::apply_mask::{ApplyMask, Background};
use operations::blur::{Blur, BlurMethod};
use operations::bounding_crop::BoundingCrop;
use operations::channel::Channel;
use operations::clahe::Clahe;
use operations::equalize::Equalize;
use operations::fill_holes::FillHoles;
use operations::gamma::Gamma;
use operations::grayscale::Grayscale;
use operations::morphology::{Morphology, MorphologyMethod, StructuringElement};
use operations::remove_small::RemoveSmall;
use operations::resize::ResizeTo;
use operations::threshold::{Threshold, ThresholdMethod};

/// Every operation with settings at the ends of their ranges.
fn any_step() -> impl Strategy<Value = Step> {
    let size = prop_oneof![
        Just(3),
        Just(5),
        Just(99),
        (1u8..49).prop_map(|half| 2 * half + 1)
    ];
    let operation = prop_oneof![
        Just(Operation::Grayscale(Grayscale {})),
        Just(Operation::Equalize(Equalize {})),
        (1u32..70, 1u32..70, 0usize..3).prop_map(|(height, width, policy)| {
            let policy = [Resize::Stretch, Resize::Fit, Resize::Crop][policy];
            Operation::Resize(ResizeTo {
                height,
                width,
                policy,
            })
        }),
        (0.0..1000f64, 1u32..=64)
            .prop_map(|(clip_limit, tiles)| Operation::Clahe(Clahe { clip_limit, tiles })),
        (0.01..100f64).prop_map(|power| Operation::Gamma(Gamma(power))),
        (0.1..50f64).prop_map(|sigma| Operation::Blur(Blur {
            sigma: Some(sigma),
            ..Blur::default()
        })),
        size.clone().prop_map(|size| Operation::Blur(Blur {
            method: BlurMethod::Median,
            size: Some(size.into()),
            sigma: None,
        })),
        (
            0usize..4,
            any::<u8>(),
            size.clone(),
            -255i16..=255,
            any::<bool>()
        )
            .prop_map(|(method, level, size, offset, invert)| {
                use ThresholdMethod::{AdaptiveGaussian, AdaptiveMean, Fixed, Otsu};
                let adaptive = method > 1;
                Operation::Threshold(Threshold {
                    method: [Fixed, Otsu, AdaptiveMean, AdaptiveGaussian][method],
                    level: (method == 0).then_some(level),
                    block_size: adaptive.then_some(size.into()),
                    offset: adaptive.then_some(offset),
                    invert,
                })
            }),
        (0usize..4, 0usize..3, size, 1u8..4).prop_map(|(operation, element, size, iterations)| {
            use MorphologyMethod::{Close, Dilate, Erode, Open};
            Operation::Morphology(Morphology {
                operation: [Erode, Dilate, Open, Close][operation],
                element: [
                    StructuringElement::Square,
                    StructuringElement::Disk,
                    StructuringElement::Cross,
                ][element],
                size,
                iterations,
            })
        }),
        (1u32..2000, 1u32..9, any::<bool>()).prop_map(|(area, largest, four)| {
            let neighbours = if four {
                Neighbours::Four
            } else {
                Neighbours::Eight
            };
            Operation::RemoveSmall(RemoveSmall {
                area: Some(area),
                largest: Some(largest),
                neighbours,
            })
        }),
        Just(Operation::FillHoles(FillHoles::default())),
        (0u32..=4096, any::<bool>()).prop_map(|(margin, square)| {
            Operation::BoundingCrop(BoundingCrop {
                mask: None,
                margin,
                square,
            })
        }),
        (0usize..4).prop_map(|background| {
            use Background::{Black, Blurred, Mean, White};
            Operation::ApplyMask(ApplyMask {
                background: [Black, White, Mean, Blurred][background],
                ..ApplyMask::default()
            })
        }),
        (0usize..10).prop_map(|channel| {
            use Channel::*;
            let all = [
                Red, Green, Blue, Hue, Saturation, Value, Lab, LabL, LabA, LabB,
            ];
            Operation::Channel(all[channel])
        }),
    ];
    operation.prop_map(|operation| Step {
        operation,
        from: None,
        keep: None,
    })
}

/// Of every kind that decoders give, also thin, black, deep and transparent ones.
fn any_image() -> impl Strategy<Value = DynamicImage> {
    let sides = prop_oneof![
        Just((1, 1)),
        (1u32..400).prop_map(|long| (1, long)),
        (1u32..400).prop_map(|long| (long, 1)),
        (1u32..40, 1u32..40),
    ];
    (sides, any::<u64>(), 0usize..8, any::<bool>()).prop_map(
        |((width, height), seed, kind, black)| {
            let value = |x: u32, y: u32, channel: u64| -> u16 {
                let at = u64::from(y) * u64::from(width) + u64::from(x);
                let mixed = (at * 4 + channel + 1).wrapping_mul(seed | 1);
                if black { 0 } else { (mixed >> 40) as u16 }
            };
            let rgba = |x, y| [0, 1, 2, 3].map(|channel| value(x, y, channel));
            let bytes = |x, y| rgba(x, y).map(|value| (value >> 8) as u8);
            match kind {
                0 => ImageBuffer::from_fn(width, height, |x, y| Luma([bytes(x, y)[0]])).into(),
                1 => ImageBuffer::from_fn(width, height, |x, y| {
                    let [a, b, ..] = bytes(x, y);
                    LumaA([a, b])
                })
                .into(),
                2 => ImageBuffer::from_fn(width, height, |x, y| {
                    let [a, b, c, _] = bytes(x, y);
                    Rgb([a, b, c])
                })
                .into(),
                3 => ImageBuffer::from_fn(width, height, |x, y| Rgba(bytes(x, y))).into(),
                4 => ImageBuffer::from_fn(width, height, |x, y| Luma([value(x, y, 0)])).into(),
                5 => ImageBuffer::from_fn(width, height, |x, y| {
                    let [a, b, c, _] = rgba(x, y);
                    Rgb([a, b, c])
                })
                .into(),
                6 => ImageBuffer::from_fn(width, height, |x, y| Rgba(rgba(x, y))).into(),
                _ => DynamicImage::ImageRgb32F(ImageBuffer::from_fn(width, height, |x, y| {
                    let [a, b, c, _] = rgba(x, y);
                    Rgb([a, b, c].map(|value| f32::from(value) / 65_535.0))
                })),
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_step_on_any_picture_gives_a_picture(step in any_step(), image in any_image()) {
        let keeps_size = !matches!(
            step.operation,
            Operation::Resize(_) | Operation::BoundingCrop(_)
        );
        let picture = Picture::from(image);
        let before = picture.dimensions();
        let pipeline = Pipeline::new(vec![step]).unwrap();
        let after = pipeline.run(picture.clone());
        prop_assert!(after.dimensions().0 > 0 && after.dimensions().1 > 0);
        prop_assert!(!keeps_size || after.dimensions() == before);
        prop_assert_eq!(after, pipeline.run(picture));
    }

    #[test]
    fn steps_after_each_other_give_a_picture(
        steps in proptest::collection::vec(any_step(), 1..6),
        image in any_image(),
    ) {
        let pipeline = Pipeline::new(steps).unwrap();
        let drawn = strip(&pipeline, image.clone().into());
        let after = pipeline.run(image.into());
        prop_assert!(after.dimensions().0 > 0 && after.dimensions().1 > 0);
        prop_assert!(drawn.width() > 0);
    }
}
