//! The same images changed by OpenCV and Pillow, see `tests/reference/augmentation.py`.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::*;

/// Both sides round once to 8 bits.
const WARPS: u8 = 1;
/// Pillow rounds, or cuts off, in between.
const COLORS: u8 = 1;
/// OpenCV sums in 8 bits of fraction, `image` with a kernel as wide.
const BLURS: u8 = 2;

fn images() -> Vec<(Value, ImageShape, Vec<u8>)> {
    let text = include_str!("../../../tests/fixtures/augmentation.json");
    let fixture: Value = serde_json::from_str(text).unwrap();
    let images = fixture["images"].as_array().unwrap().iter();
    let images: Vec<_> = images
        .map(|image| {
            let [channels, height, width] = serde_json::from_value(image["shape"].clone()).unwrap();
            let shape = ImageShape::new(channels, height, width);
            (image.clone(), shape, pixels(&image["pixels"]))
        })
        .collect();
    assert_eq!(images.len(), 3);
    images
}

fn pixels(encoded: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(encoded.as_str().unwrap()).unwrap()
}

fn assert_close(actual: &[u8], expected: &Value, most: u8, what: &str) {
    let expected = pixels(expected);
    assert_eq!(actual.len(), expected.len(), "{what}");
    let difference = actual.iter().zip(&expected).map(|(a, e)| a.abs_diff(*e));
    let largest = difference.max().unwrap();
    assert!(largest <= most, "{what}: {largest} levels apart");
}

#[test]
fn warps_are_those_of_opencv() {
    for (image, shape, before) in images() {
        let warps = image["warps"].as_array().unwrap();
        assert_eq!(warps.len(), 4);
        for case in warps {
            let map = Affine {
                matrix: serde_json::from_value(case["matrix"].clone()).unwrap(),
            };
            for (name, fill) in [
                ("nearest", Fill::Nearest),
                ("constant", Fill::Constant),
                ("reflect", Fill::Reflect),
            ] {
                let mut after = before.clone();
                warp(&mut after, shape, map, Border { fill, level: 77 });
                assert_ne!(after, before);
                let what = format!("{}, {name}, {map:?}", image["name"]);
                assert_close(&after, &case[name], WARPS, &what);
            }
        }
    }
}

#[test]
fn turning_and_enlarging_is_the_matrix_of_opencv() {
    let mut checked = 0;
    for (image, shape, _) in images() {
        for case in image["warps"].as_array().unwrap() {
            let Ok([degrees, factor]) =
                serde_json::from_value::<[f64; 2]>(case["rotation"].clone())
            else {
                continue;
            };
            let middle = [shape.width, shape.height].map(|side| (side as f64 - 1.0) / 2.0);
            let map = Affine::scale(factor, factor).then(Affine::rotation(degrees));
            let map = map.about(middle);
            let expected: [[f64; 3]; 2] = serde_json::from_value(case["matrix"].clone()).unwrap();
            let pairs = map.matrix.iter().flatten().zip(expected.iter().flatten());
            for (one, other) in pairs {
                assert!(
                    (one - other).abs() < 1e-9,
                    "{map:?} instead of {expected:?}"
                );
            }
            checked += 1;
        }
    }
    assert_eq!(checked, 6);
}

#[test]
fn colors_and_blur_are_those_of_pillow_and_opencv() {
    for (image, shape, before) in images() {
        let cases = image["colors"].as_object().unwrap();
        assert_eq!(cases.len(), 14);
        for (case, expected) in cases {
            let (name, amount) = case.split_once(' ').unwrap();
            let amount: f32 = amount.parse().unwrap();
            let mut after = before.clone();
            match name {
                "brightness" => color::brightness(&mut after, amount),
                "contrast" => color::contrast(&mut after, shape, amount),
                "saturation" => color::saturation(&mut after, shape, amount),
                "sharpness" => color::sharpness(&mut after, shape, amount),
                "posterize" => color::posterize(&mut after, amount as u32),
                "solarize" => color::solarize(&mut after, amount),
                "autocontrast" => color::autocontrast(&mut after, shape),
                "equalize" => color::equalize(&mut after, shape),
                "blur" => color::blur(&mut after, shape, amount),
                other => panic!("{other} is not tested"),
            }
            let most = if name == "blur" { BLURS } else { COLORS };
            let what = format!("{}, {case}", image["name"]);
            assert_close(&after, expected, most, &what);
        }
    }
}
