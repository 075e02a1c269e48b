//! `[preprocess]` as it is written.

use super::*;

#[test]
fn mistakes_in_steps_are_named_with_their_line_and_a_suggestion() {
    let steps = |list: &str| format!("[preprocess]\nsteps = [\n\"grayscale\",\n{list},\n]");
    for (list, expected) in [
        (
            "\"clah\"",
            [
                "my.toml:4",
                "preprocess.steps[1]",
                "did you mean \"clahe\"?",
            ],
        ),
        (
            "{ treshold = { method = \"otsu\" } }",
            [
                "my.toml:4",
                "preprocess.steps[1]",
                "did you mean \"threshold\"?",
            ],
        ),
        (
            "{ clahe = { tile = 4 } }",
            [
                "my.toml:4",
                "preprocess.steps[1].clahe.tile",
                "did you mean \"tiles\"?",
            ],
        ),
        (
            "{ clahe = { tiles = 0 } }",
            [
                "my.toml:4",
                "preprocess.steps[1].clahe.tiles",
                "1 to 64, received 0",
            ],
        ),
        (
            "{ clahe = 8 }",
            [
                "my.toml:4",
                "preprocess.steps[1].clahe",
                "a table with any of the keys clip_limit, tiles, received 8",
            ],
        ),
        (
            "{ grayscale = { luma = true } }",
            [
                "my.toml:4",
                "preprocess.steps[1].grayscale.luma",
                "there are no keys here",
            ],
        ),
        (
            "{ clahe = { tiles = \"many\" } }",
            [
                "my.toml:4",
                "preprocess.steps[1].clahe.tiles",
                "a whole number, received \"many\"",
            ],
        ),
        (
            "{ threshold = { method = \"fixed\", level = 300 } }",
            [
                "my.toml:4",
                "preprocess.steps[1].threshold.level",
                "0 to 255, received 300",
            ],
        ),
        (
            "{ threshold = { method = \"otzu\" } }",
            [
                "my.toml:4",
                "preprocess.steps[1].threshold.method",
                "did you mean \"otsu\"?",
            ],
        ),
        (
            "{ morphology = { size = 3 } }",
            [
                "my.toml:4",
                "preprocess.steps[1].morphology",
                "\"operation\" is missing",
            ],
        ),
        (
            "{ equalize = {}, from = \"msk\" }",
            [
                "my.toml:4",
                "preprocess.steps[1].from",
                "no earlier step keeps \"msk\"",
            ],
        ),
        (
            "7",
            ["my.toml:4", "preprocess.steps[1]", "the name of a step"],
        ),
    ] {
        assert_refused(&steps(list), &[], &expected);
    }
    assert_refused(
        "[preprocess]\nstep = []",
        &[],
        &["my.toml:2", "preprocess.step", "did you mean \"steps\"?"],
    );
    assert_refused(
        "",
        &["preprocess.steps=[{ gamma = -1 }]"],
        &[
            "override \"preprocess.steps=",
            "preprocess.steps[0].gamma",
            "received -1",
        ],
    );
}

#[test]
fn a_last_step_that_normalises_is_the_setting_of_the_data() {
    let text = "[preprocess]\nsteps = [\"equalize\", { normalize = \"per-image\" }]";
    let experiment = accepted(text, &[]);
    assert_eq!(experiment.data.normalize, crate::data::Normalize::PerImage);
    assert_eq!(experiment.preprocess.steps.len(), 1);
    let again: Experiment = experiment.to_toml().unwrap().parse().unwrap();
    assert_eq!(again, experiment);
    assert_refused(
        text,
        &["data.normalize=standard"],
        &["preprocess.steps[1].normalize", "remove one of the two"],
    );
    assert_refused(
        "[preprocess]\nsteps = [{ normalize = \"pretrained\" }]",
        &[],
        &["data.normalize", "known for networks that are published"],
    );
}
