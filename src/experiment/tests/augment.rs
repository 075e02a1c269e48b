//! `[augment]`: what is read, written out and refused.

use super::*;
use crate::augmentation::{AugmentConfig, EraseValue, Zoom};

#[test]
fn mistakes_in_augment_are_named_with_what_would_do() {
    for (text, expected) in [
        (
            "rotaton = 3",
            ["augment.rotaton", "did you mean \"rotation\""],
        ),
        (
            "rotation = 200",
            ["augment.rotation", "from 0 to 180, received 200"],
        ),
        (
            "shift = -0.1",
            ["augment.shift", "from 0 to 1, received -0.1"],
        ),
        ("shift = nan", ["augment.shift", "received NaN"]),
        (
            "zoom = \"big\"",
            ["augment.zoom", "such as [0.8, 1.2], received \"big\""],
        ),
        (
            "zoom = [1.2, 0.8]",
            ["augment.zoom", "the least first, received [1.2, 0.8]"],
        ),
        ("zoom = 0.95", ["augment.zoom", "factors from 0.1 to 10"]),
        (
            "zoom = [1, 2, 3]",
            ["augment.zoom", "expected a number such as 0.2"],
        ),
        ("shear = 90", ["augment.shear", "from 0 to 60"]),
        (
            "horizontal_flip = 50",
            ["augment.horizontal_flip", "from 0 to 1"],
        ),
        (
            "horizontal_flip = true",
            [
                "augment.horizontal_flip",
                "expected a number, received true",
            ],
        ),
        (
            "fill = \"wrap\"",
            ["augment.fill", "nearest, constant, reflect"],
        ),
        (
            "fill_value = 9",
            ["augment.fill_value", "only fill = \"constant\""],
        ),
        (
            "fill = \"constant\"\nfill_value = 300",
            ["augment.fill_value", "from 0 to 255"],
        ),
        (
            "policy = \"randaug\"",
            ["augment.policy", "expected one of randaugment"],
        ),
        (
            "num_ops = 3",
            ["augment.num_ops", "set policy = \"randaugment\""],
        ),
        (
            "policy = \"randaugment\"\nmagnitude = 31",
            ["augment.magnitude", "from 0 to 30"],
        ),
        (
            "erasing = 0.5",
            ["augment.erasing", "{ probability = 0.5 }, received 0.5"],
        ),
        (
            "erasing = { area = [0.3, 0.1] }",
            ["augment.erasing.area", "the least first"],
        ),
        (
            "erasing = { area = 0.3 }",
            ["augment.erasing.area", "a list of 2 values"],
        ),
        (
            "erasing = { value = \"mean\" }",
            ["augment.erasing.value", "\"random\" or a grey level"],
        ),
        (
            "erasing = { value = 256 }",
            ["augment.erasing.value", "received 256"],
        ),
        ("mixup = -1", ["augment.mixup", "from 0 to 100"]),
        (
            "probabilities = { blur = 0.5 }",
            ["augment.probabilities.blur", "augment.blur is off"],
        ),
        (
            "blur = 1\nprobabilities = { blur = 2 }",
            ["augment.probabilities.blur", "from 0 to 1"],
        ),
        (
            "probabilities = { blurr = 1 }",
            ["augment.probabilities.blurr", "did you mean \"blur\""],
        ),
        (
            "probabilities = 0.5",
            ["augment.probabilities", "such as { blur = 0.3 }"],
        ),
    ] {
        assert_refused(&format!("[augment]\n{text}"), &[], &expected);
    }
    assert_refused("augment = 3", &[], &["expected the section [augment]"]);
}

#[test]
fn passes_and_augmentation_belong_together_where_features_are_kept() {
    let model = "[model]\nname = \"resnet20\"\n[transfer]\nmode = \"features\"\n";
    for (text, overrides, expected) in [
        (
            "augmented_passes = 2",
            &[][..],
            ["transfer.augmented_passes", "[augment] must say"],
        ),
        (
            "[augment]\nshift = 0.1",
            &[],
            ["augment", "set transfer.augmented_passes"],
        ),
        (
            "augmented_passes = 2\n[augment]\nmixup = 0.2",
            &[],
            ["augment.mixup", "features of single images"],
        ),
        (
            "augmented_passes = 2\n[augment]\nshift = 0.1",
            &["augment.cutmix=1"],
            ["augment.cutmix=1", "set transfer.mode = \"finetune\""],
        ),
    ] {
        assert_refused(&format!("{model}{text}"), overrides, &expected);
    }
    accepted(
        &format!("{model}augmented_passes = 2\n[augment]\nshift = 0.1"),
        &[],
    );
    let finetune = model.replace("features", "finetune");
    accepted(&format!("{finetune}[augment]\nmixup = 0.2"), &[]);
}

#[test]
fn augment_is_off_by_default_and_written_out_in_full() {
    assert_eq!(overridden(&[]).unwrap().augment, None);
    let experiment = overridden(&[
        "augment.zoom=0.25",
        "augment.policy=randaugment",
        "augment.erasing.value=9",
        "augment.blur=1",
        "augment.probabilities.blur=0.5",
        "augment.fill=reflect",
    ])
    .unwrap();
    let augment = experiment.augment.as_ref().unwrap();
    let (least, most) = (0.75, 1.25);
    assert_eq!(augment.zoom, Zoom { least, most });
    let erasing = augment.erasing.as_ref().unwrap();
    assert_eq!(erasing.value, EraseValue::Level(9));
    assert_eq!(augment.rotation, AugmentConfig::default().rotation);
    assert_eq!(parse(&experiment.to_toml().unwrap()).unwrap(), experiment);
}
