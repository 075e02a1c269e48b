//! Steps that are refused, and what the message says.

use super::*;

#[test]
fn mistakes_are_named_with_their_step_and_setting() {
    for (json, key, part) in [
        (
            r#"[{"clahe": {"tiles": 0}}]"#,
            "[0].clahe.tiles",
            "1 to 64, received 0",
        ),
        (
            r#"[{"clahe": {"clip_limit": -1}}]"#,
            "[0].clahe.clip_limit",
            "0 to 1000",
        ),
        (
            r#"["grayscale", {"gamma": 0}]"#,
            "[1].gamma",
            "0.01 to 100, received 0",
        ),
        (
            r#"[{"resize": {"height": 0, "width": 8}}]"#,
            "[0].resize.height",
            "1 to 4096",
        ),
        (
            r#"[{"blur": {"method": "median", "size": 4}}]"#,
            "[0].blur.size",
            "an odd number",
        ),
        (
            r#"[{"blur": {"size": 5}}]"#,
            "[0].blur.size",
            "only method = \"median\"",
        ),
        (
            r#"[{"threshold": {"method": "fixed"}}]"#,
            "[0].threshold.level",
            "level = 127",
        ),
        (
            r#"[{"threshold": {"level": 7}}]"#,
            "[0].threshold.level",
            "only method = \"fixed\"",
        ),
        (
            r#"[{"threshold": {"method": "adaptive-mean", "block_size": 10}}]"#,
            "[0].threshold.block_size",
            "odd number from 3 to 255, received 10",
        ),
        (
            r#"[{"morphology": {"operation": "open", "size": 1}}]"#,
            "[0].morphology.size",
            "odd number from 3",
        ),
        (r#"[{"remove-small": {}}]"#, "[0].remove-small", "area = 50"),
        (
            r#"[{"equalize": {}, "from": "mask"}]"#,
            "[0].from",
            "no earlier step keeps \"mask\"",
        ),
        (
            r#"[{"threshold": {}, "keep": "mask"}, {"apply-mask": {"mask": "msk"}}]"#,
            "[1].apply-mask.mask",
            "did you mean \"mask\"?",
        ),
        (
            r#"[{"apply-mask": {"to": "later"}}, {"equalize": {}, "keep": "later"}]"#,
            "[0].apply-mask.to",
            "no earlier step",
        ),
        (
            r#"[{"equalize": {}, "keep": "original"}]"#,
            "[0].keep",
            "choose another name",
        ),
        (
            r#"[{"normalize": "unit"}, "equalize"]"#,
            "[0].normalize",
            "move it to the end",
        ),
        (
            r#"[{"apply-mask": {"sigma": 3}}]"#,
            "[0].apply-mask.sigma",
            "only background = \"blurred\"",
        ),
    ] {
        let error = Pipeline::new(steps(json)).unwrap_err();
        assert_eq!(error.key, key, "{json}");
        assert!(error.message.contains(part), "{json}: {}", error.message);
    }
}

#[test]
fn steps_that_are_none_are_refused_with_what_there_is() {
    for (json, part) in [
        (r#"["clah"]"#, "unknown variant `clah`"),
        (
            r#"["resize"]"#,
            "\"resize\" needs settings, e.g. { resize = { height = 128",
        ),
        (r#"[{"keep": "a"}]"#, "the operation is missing"),
        (
            r#"[{"equalize": {}, "gamma": 2}]"#,
            "received equalize and gamma",
        ),
        (r#"[{"equalize": {}, "kep": "a"}]"#, "unknown field `kep`"),
        (r#"[{"equalize": {"tiles": 2}}]"#, "unknown field `tiles`"),
        (
            r#"[{"remove-small": {"neighbours": 6}}]"#,
            "4 or 8 neighbours, received 6",
        ),
        (r#"[3]"#, "the name of a step"),
    ] {
        let error = serde_json::from_str::<Vec<Step>>(json).unwrap_err();
        assert!(error.to_string().contains(part), "{json}: {error}");
    }
}
