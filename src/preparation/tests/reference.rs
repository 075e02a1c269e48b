//! Every operation compared with OpenCV and scikit-image; see `tests/reference/preparation.py`.

use std::collections::BTreeMap;
use std::io::Read;

use base64::prelude::{BASE64_STANDARD, Engine};
use flate2::read::ZlibDecoder;
use image::RgbImage;
use serde_json::Value;

use super::*;

fn picture(described: &Value) -> Picture {
    let size = |key: &str| described[key].as_u64().unwrap() as u32;
    let packed = described["pixels"].as_str().unwrap();
    let packed = BASE64_STANDARD.decode(packed).unwrap();
    let mut pixels = Vec::new();
    ZlibDecoder::new(&packed[..])
        .read_to_end(&mut pixels)
        .unwrap();
    let (width, height) = (size("width"), size("height"));
    match size("channels") {
        1 => Picture::Grey(GrayImage::from_raw(width, height, pixels).unwrap()),
        _ => Picture::Rgb(RgbImage::from_raw(width, height, pixels).unwrap()),
    }
}

fn values(picture: &Picture) -> &[u8] {
    match picture {
        Picture::Grey(image) => image,
        Picture::Rgb(image) => image,
    }
}

/// How far two hues are from each other, of which 179 and 0 are neighbours.
fn around(first: u8, second: u8) -> u8 {
    let apart = first.abs_diff(second);
    apart.min(180u8.abs_diff(apart))
}

#[test]
fn results_are_those_of_opencv_and_scikit_image() {
    let text = include_str!("../../../tests/fixtures/preparation.json");
    let fixture: Value = serde_json::from_str(text).unwrap();
    let mut wrong = BTreeMap::<String, Vec<String>>::new();
    let mut operations = std::collections::BTreeSet::new();
    for case in fixture["cases"].as_array().unwrap() {
        let name = case["image"].as_str().unwrap();
        let written = case["steps"].to_string();
        let pipeline = pipeline(&written);
        operations.extend(pipeline.steps().iter().map(|step| step.operation.name()));
        let seen = pipeline.run(picture(&fixture["images"][name]));
        let expected = picture(case);
        if seen.dimensions() != expected.dimensions()
            || values(&seen).len() != values(&expected).len()
        {
            let sizes = (seen.dimensions(), expected.dimensions());
            (wrong.entry(written).or_default()).push(format!("{name}: sizes {sizes:?}"));
            continue;
        }
        let hue = written.contains("\"hue\"");
        let away: Vec<u8> = (values(&seen).iter().zip(values(&expected)))
            .map(|(&seen, &expected)| match hue {
                true => around(seen, expected),
                false => seen.abs_diff(expected),
            })
            .collect();
        let within = case["within"].as_u64().unwrap() as u8;
        let right = away.iter().filter(|&&away| away <= within).count();
        let share = right as f64 / away.len() as f64;
        if share < case["share"].as_f64().unwrap() {
            let most = away.iter().max();
            (wrong.entry(written).or_default()).push(format!(
                "{name}: {share:.3} of the values within {within}, {most:?} at most"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} kinds of cases: {wrong:#?}",
        wrong.len()
    );
    // `normalize` leaves pictures as they are.
    for operation in OPERATIONS.iter().filter(|name| **name != "normalize") {
        assert!(
            operations.contains(operation),
            "{operation} is not compared"
        );
    }
}
