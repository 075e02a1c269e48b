use super::*;

/// A hundred images whose predicted class has a probability of `confidence`, `hits` of them right.
fn predictions(confidence: f64, hits: usize) -> Predictions {
    let mut predictions = Predictions::new(2);
    let margin = (confidence / (1.0 - confidence)).ln() as f32;
    for image in 0..100 {
        // Hits are spread over both halves.
        let hit = (image * 37) % 100 < hits;
        predictions.add(usize::from(!hit), &[margin, 0.0]);
    }
    predictions
}

#[test]
fn the_error_is_the_distance_between_confidence_and_accuracy() {
    let reliability = Reliability::new(&predictions(0.9, 60), |_| 1.0);
    assert!((reliability.ece - 0.3).abs() < 1e-6, "{}", reliability.ece);
    let filled: Vec<&Bin> = reliability
        .bins
        .iter()
        .filter(|bin| bin.count > 0)
        .collect();
    assert_eq!(filled.len(), 1);
    assert!(filled[0].low < 0.9 && 0.9 <= filled[0].high);
    assert!((filled[0].accuracy - 0.6).abs() < 1e-9);
}

#[test]
fn a_temperature_brings_confidence_to_accuracy() {
    let calibration = Calibration::new(&predictions(0.95, 70), None);
    let scaled = calibration.scaled.unwrap();
    assert!(scaled.after.ece < 0.05, "{scaled:?}");
    // ln(0.95 / 0.05) / T = ln(0.7 / 0.3)
    let expected = (19f64).ln() / (0.7f64 / 0.3).ln();
    assert!((scaled.temperature / expected - 1.0).abs() < 1e-3);
    assert_eq!(scaled.fitted_on, FittedOn::Halves);
}

#[test]
fn the_temperature_of_validation_images_is_preferred() {
    let (test, valid) = (predictions(0.95, 70), predictions(0.95, 80));
    let scaled = Calibration::new(&test, Some(&valid)).scaled.unwrap();
    let expected = (19f64).ln() / 4f64.ln();
    assert!((scaled.temperature / expected - 1.0).abs() < 1e-3);
    assert_eq!(scaled.fitted_on, FittedOn::Valid);
    let none = Calibration::new(&test, Some(&Predictions::new(2)));
    assert_eq!(none.scaled.unwrap().fitted_on, FittedOn::Halves);
}

#[test]
fn no_temperature_is_made_up() {
    let mut few = Predictions::new(2);
    few.add(0, &[1.0, 0.0]);
    assert_eq!(Calibration::new(&few, None).scaled, None);
    // The surer, the better.
    assert_eq!(Calibration::new(&predictions(0.95, 100), None).scaled, None);
}
