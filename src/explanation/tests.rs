use serde_json::Value;

use burn::tensor::Device;

use super::*;
use crate::data::Normalization;
use crate::pixels::ImageShape;
use crate::reference::{devices, image, network};

/// Against PyTorch and captum, as a share of a map's largest value.
const TOLERANCE: f64 = 1e-3;
/// The fixture has every third value of a map.
const STEP: usize = 3;

fn fixture() -> Value {
    serde_json::from_str(include_str!("../../tests/fixtures/explanations.json")).unwrap()
}

fn explainer(case: &Value, device: &Device) -> Explainer {
    let network = network(&case["model"], device, &case["parameters"]);
    let input = ImageShape::new(1, 28, 28);
    Explainer::new(&network, input, &Normalization::unit(1), device)
}

fn assert_map(actual: &[f32], expected: &Value, step: usize, what: &str) {
    let expected: Vec<f64> = serde_json::from_value(expected.clone()).unwrap();
    let actual: Vec<f64> = actual
        .iter()
        .step_by(step)
        .map(|&value| f64::from(value))
        .collect();
    assert_eq!(actual.len(), expected.len(), "{what}");
    let most = expected
        .iter()
        .fold(0f64, |most, value| most.max(value.abs()));
    for (index, (actual, expected)) in actual.iter().zip(&expected).enumerate() {
        assert!(
            (actual - expected).abs() <= TOLERANCE * most,
            "{what} [{index}]: {actual} instead of {expected}, largest {most}"
        );
    }
}

#[test]
fn maps_are_those_of_captum() {
    for device in devices() {
        for (name, case) in fixture()["networks"].as_object().unwrap() {
            let explainer = explainer(case, &device);
            let (image, class) = (image(3), case["class"].as_u64().unwrap() as usize);
            let what = |method: &str| format!("{method} of {name} on {device:?}");
            match explainer.class_activation_map(&image, class).unwrap() {
                Some(map) => {
                    let shape = [map.height, map.width];
                    assert_eq!(serde_json::to_value(shape).unwrap(), case["grad_cam_shape"]);
                    assert_map(&map.values, &case["grad_cam"], 1, &what("Grad-CAM"));
                }
                None => assert!(case["grad_cam"].is_null(), "{name}"),
            }
            let map = explainer.saliency(&image, class).unwrap();
            assert_map(&map, &case["saliency"], STEP, &what("saliency"));
            let map = explainer.integral(&image, class, 64).unwrap();
            let expected = &case["integrated_gradients"];
            assert_map(&map, expected, STEP, &what("integrated gradients"));
            let map = explainer.occlusion_by(&image, class, 5, 3).unwrap();
            assert_map(&map, &case["occlusion"], STEP, &what("occlusion"));
        }
    }
}

#[test]
fn integrated_gradients_add_up_to_what_the_image_adds_to_the_score() {
    let device = &devices()[0];
    for (name, case) in fixture()["networks"].as_object().unwrap() {
        let explainer = explainer(case, device);
        let class = case["class"].as_u64().unwrap() as usize;
        let (map, incompleteness) = explainer.integrated_gradients(&image(3), class).unwrap();
        let sum: f64 = map.iter().map(|&value| f64::from(value)).sum();
        let expected = case["difference"].as_f64().unwrap();
        assert!(
            (sum - expected).abs() <= 0.01 * expected.abs(),
            "{name}: {sum} instead of {expected}"
        );
        assert!(incompleteness <= 0.005, "{name}: {incompleteness}");
    }
}

/// An image of pseudo-random greys.
fn pixels() -> Vec<u8> {
    (0..784u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

#[test]
fn a_map_of_what_matters_beats_chance_and_its_opposite_does_not() {
    let device = &devices()[0];
    let fixture = fixture();
    let explainer = explainer(&fixture["networks"]["dense"], device);
    let pixels = pixels();
    let probabilities = explainer.probabilities(&pixels).unwrap();
    assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    let class = crate::evaluation::ranking(&probabilities)[0];
    let random = RandomBaseline::new(&explainer, &pixels, class).unwrap();
    let gradients = explainer.importance(Method::IntegratedGradients, &pixels, class);
    let mut map = gradients.unwrap().unwrap();
    let areas = explainer.deletion_insertion(&pixels, class, &map).unwrap();
    assert!(
        random.is_beaten_by(&areas),
        "{areas:?} against {:?}",
        random.mean()
    );
    map.values.iter_mut().for_each(|value| *value = -*value);
    let areas = explainer.deletion_insertion(&pixels, class, &map).unwrap();
    assert!(
        !random.is_beaten_by(&areas),
        "{areas:?} against {:?}",
        random.mean()
    );
}

#[test]
fn a_map_without_any_differences_is_empty() {
    let map = |values: Vec<f32>| Importance {
        method: Method::GradCam,
        values,
        incompleteness: None,
    };
    assert!(map(vec![0.0; 9]).is_empty());
    assert!(!map(vec![0.0, 0.1, 0.0]).is_empty());
}

#[test]
fn areas_of_a_probability_that_never_changes_are_that_probability() {
    let device = &devices()[0];
    let fixture = fixture();
    let explainer = explainer(&fixture["networks"]["dense"], device);
    let black = vec![0; 784];
    let expected = f64::from(explainer.probabilities(&black).unwrap()[4]);
    let map = Importance {
        method: Method::Saliency,
        values: vec![0.0; 784],
        incompleteness: None,
    };
    let areas = explainer.deletion_insertion(&black, 4, &map).unwrap();
    assert!((areas.deletion - expected).abs() < 1e-6);
    assert!((areas.insertion - expected).abs() < 1e-6);
}

#[test]
fn an_overlay_is_brightest_where_importance_is_largest() {
    let mut values = vec![0.0; 784];
    values[28 * 10 + 7] = 1.0;
    values[0] = -5.0;
    let picture = overlay(&[0; 784], ImageShape::new(1, 28, 28), &values, 56);
    let light = |x, y| {
        picture
            .get_pixel(x, y)
            .0
            .iter()
            .map(|&value| u32::from(value))
            .sum::<u32>()
    };
    assert_eq!(picture.dimensions(), (56, 56));
    assert!(light(14, 20) > 3 * light(40, 40).max(1));
    assert_eq!(light(0, 0), light(40, 40));
}
