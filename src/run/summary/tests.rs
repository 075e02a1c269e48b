use super::*;

const SUMMARY: &str = r#"{"run": "r", "convlab": "0.1.0", "burn": "0.22", "backend": "flex",
    "device": "x", "model": "dense", "dataset": "garments", "fingerprint": "ab", "seed": 1,
    "parameters": 5, "images": {"test": 2, "train": 7, "valid": 0}, "epochs_run": 3,
    "stopped_by": "not-finite", "best_epoch": null, "train": null, "valid": null,
    "test": {"loss": null, "accuracy": 0.5, "images": 2}, "images_per_second": 1.5,
    "seconds": 2.5, "skipped": [{"path": "a.png", "reason": "it is cut short"}]}"#;

#[test]
fn the_version_of_burn_is_that_in_cargo_toml() {
    let manifest: toml::Table = include_str!("../../../Cargo.toml").parse().unwrap();
    let version = manifest["workspace"]["dependencies"]["burn"]["version"].as_str();
    assert_eq!(version, Some(BURN));
}

#[test]
fn figures_that_are_missing_or_not_finite_are_read_and_written_back_the_same() {
    let summary: Summary = serde_json::from_str(SUMMARY).unwrap();
    assert_eq!((summary.run.as_str(), summary.images["train"]), ("r", 7));
    assert!(summary.test.as_ref().unwrap().loss.is_nan());
    assert_eq!(summary.best_epoch, None);
    let (written, read): (serde_json::Value, serde_json::Value) = (
        serde_json::to_value(&summary).unwrap(),
        serde_json::from_str(SUMMARY).unwrap(),
    );
    assert_eq!(written, read);
}

#[test]
fn runs_from_before_unreadable_files_were_named_have_none() {
    let mut summary: serde_json::Value = serde_json::from_str(SUMMARY).unwrap();
    summary.as_object_mut().unwrap().remove("skipped");
    let summary: Summary = serde_json::from_value(summary).unwrap();
    assert!(summary.skipped.is_empty());
}
