//! Lists of steps: names, alignment, how they are read and written, fingerprints.

use image::Luma;
use serde::{Deserialize, Serialize};

use super::*;

/// 12 wide and 8 high: a bright rectangle on dark ground that brightens from left to right.
fn scene() -> Picture {
    Picture::Grey(GrayImage::from_fn(12, 8, |x, y| {
        let object = (3..7).contains(&x) && (2..5).contains(&y);
        Luma([if object { 200 } else { x as u8 * 5 }])
    }))
}

#[test]
fn the_steps_of_the_lecture_cut_out_the_object() {
    let pipeline = pipeline(
        r#"[{"clahe": {"tiles": 1}}, "threshold", {"remove-small": {"largest": 1}},
            {"morphology": {"operation": "open"}}, {"bounding-crop": {"margin": 1}}, "apply-mask"]"#,
    );
    let Picture::Grey(result) = pipeline.run(scene()) else {
        panic!("coloured");
    };
    assert_eq!(result.dimensions(), (6, 5));
    for (x, y, value) in result.enumerate_pixels() {
        let inside = (1..5).contains(&x) && (1..4).contains(&y);
        assert_eq!(value[0], if inside { 200 } else { 0 }, "{x} {y}");
    }
}

#[test]
fn kept_pictures_and_the_original_stay_aligned() {
    let pipeline = pipeline(
        r#"[{"threshold": {"method": "fixed", "level": 100}, "keep": "mask"},
            {"equalize": {}, "from": "original", "keep": "even"},
            {"bounding-crop": {"mask": "mask"}},
            {"resize": {"height": 6, "width": 8}},
            {"apply-mask": {"mask": "mask", "to": "even", "background": "white"}, "keep": "cut"},
            {"gamma": 1, "from": "original"}]"#,
    );
    let mut sizes = Vec::new();
    let result = pipeline.run_watched(scene(), &mut |name, picture| {
        sizes.push((name.to_owned(), picture.dimensions()));
    });
    let expected = [
        ("original", (12, 8)),
        ("threshold = mask", (12, 8)),
        ("equalize = even", (12, 8)),
        ("bounding-crop", (4, 3)),
        ("resize", (8, 6)),
        ("apply-mask = cut", (8, 6)),
        ("gamma", (8, 6)),
    ];
    assert_eq!(sizes, expected.map(|(name, size)| (name.to_owned(), size)));
    assert!(result.into_grey().iter().all(|&value| value == 200));
}

#[test]
fn an_empty_mask_leaves_background_only() {
    let json =
        r#"[{"threshold": {"method": "fixed", "level": 255}}, "bounding-crop", "apply-mask"]"#;
    let result = pipeline(json).run(scene()).into_grey();
    assert_eq!(result, GrayImage::new(12, 8));
}

#[test]
fn steps_are_written_as_they_are_read() {
    let json = r#"["grayscale", {"clahe": {"clip_limit": 3.0, "tiles": 4}, "keep": "even"},
        {"threshold": {"method": "adaptive-mean", "block_size": 9, "offset": -3}, "from": "even"},
        {"remove-small": {"largest": 2, "neighbours": 4}}, {"channel": "lab-a"}, {"gamma": 0.5},
        {"morphology": {"operation": "close", "element": "disk", "size": 5}},
        {"apply-mask": {"background": "blurred", "sigma": 3.0}}, {"normalize": "per-image"}]"#;
    let first = steps(json);
    let written = serde_json::to_string(&first).unwrap();
    assert_eq!(steps(&written), first, "{written}");
    #[derive(Serialize, Deserialize)]
    struct Section {
        steps: Vec<Step>,
    }
    let toml = toml::to_string_pretty(&Section {
        steps: first.clone(),
    });
    let toml = toml.unwrap();
    let read: Section = toml::from_str(&toml).unwrap();
    assert_eq!(read.steps, first, "{toml}");
}

#[test]
fn the_fingerprint_changes_with_every_setting() {
    let all = [
        r#"["equalize"]"#,
        r#"["clahe"]"#,
        r#"[{"clahe": {"tiles": 4}}]"#,
        r#"[{"clahe": {"tiles": 4}, "keep": "a"}]"#,
        r#"["equalize", "clahe"]"#,
    ];
    let prints: std::collections::BTreeSet<String> = all
        .iter()
        .map(|json| pipeline(json).fingerprint())
        .collect();
    assert_eq!(prints.len(), all.len());
}

/// Runs and prepared folders keep fingerprints, so that the text they are made of must stay.
#[test]
fn fingerprints_are_made_of_the_same_text_as_ever() {
    let all = r#"["grayscale", {"resize": {"height": 6, "width": 8}}, {"clahe": {"tiles": 4}, "keep": "a"},
        "equalize", {"gamma": 0.5}, "blur", {"threshold": {"method": "fixed", "level": 7}, "from": "a"},
        {"morphology": {"operation": "close"}}, {"remove-small": {"area": 9}}, "fill-holes",
        "bounding-crop", "apply-mask", {"channel": "lab-a"}, {"normalize": "per-image"}]"#;
    let expected = [
        "Grayscale, from: None, keep: None",
        "Resize(ResizeTo { height: 6, width: 8, policy: Stretch }), from: None, keep: None",
        "Clahe(Clahe { clip_limit: 2.0, tiles: 4 }), from: None, keep: Some(\"a\")",
        "Equalize, from: None, keep: None",
        "Gamma(0.5), from: None, keep: None",
        "Blur(Blur { method: Gaussian, sigma: None, size: None }), from: None, keep: None",
        "Threshold(Threshold { method: Fixed, level: Some(7), block_size: None, offset: None, invert: false }), from: Some(\"a\"), keep: None",
        "Morphology(Morphology { operation: Close, element: Square, size: 3, iterations: 1 }), from: None, keep: None",
        "RemoveSmall(RemoveSmall { area: Some(9), largest: None, neighbours: Eight }), from: None, keep: None",
        "FillHoles(FillHoles { neighbours: Four }), from: None, keep: None",
        "BoundingCrop(BoundingCrop { mask: None, margin: 0, square: false }), from: None, keep: None",
        "ApplyMask(ApplyMask { mask: None, to: \"original\", background: Black, sigma: None }), from: None, keep: None",
        "Channel(LabA), from: None, keep: None",
        "Normalize(PerImage), from: None, keep: None",
    ];
    let expected: Vec<String> = (expected.iter())
        .map(|step| format!("Step {{ operation: {step} }}"))
        .collect();
    let text = format!("{:?}", pipeline(all).steps());
    assert_eq!(text, format!("[{}]", expected.join(", ")));
}

#[test]
fn the_strip_shows_the_original_and_every_result() {
    let steps = pipeline(r#"["threshold", {"resize": {"height": 500, "width": 1000}}]"#);
    let drawn = strip(&steps, scene());
    // The first two are enlarged by 18, the last one is reduced to 224 in width.
    assert_eq!(
        drawn.dimensions(),
        (8 + 3 * (8 + 2) + 2 * 216 + 224, 48 + 144)
    );
    let sheet = steps.run(scene());
    assert_eq!(sheet.dimensions(), (1000, 500));
}

/// A new version of the program is no reason to refuse the images of earlier runs.
#[test]
fn a_fingerprint_does_not_follow_the_version_of_the_program() {
    assert_eq!(
        pipeline(r#"["equalize"]"#).fingerprint(),
        "0825a0bba9c2a72ff57808615d81dcc0b1bef5c6df037d6890aa111a5871626a"
    );
}
