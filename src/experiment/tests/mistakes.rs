//! Every mistake is named with its place and its cure.

use toml::Table;

use super::*;

#[test]
fn mistakes_are_named_with_line_key_and_a_suggestion() {
    for (text, expected) in [
        (
            "[training]\nepoch = 3",
            [":2", "training.epoch", "did you mean \"epochs\""],
        ),
        (
            "[trainig]\nepochs = 3",
            [":1", "trainig", "did you mean \"training\""],
        ),
        (
            "[training]\nepochs = \"many\"",
            [
                ":2",
                "training.epochs",
                "expected a whole number, received \"many\"",
            ],
        ),
        (
            "[training]\n\nbatch_size = 0",
            [":3", "training.batch_size", "received 0"],
        ),
        (
            "[training]\noptimizer = \"adm\"",
            [":2", "training.optimizer", "did you mean \"adam\""],
        ),
        (
            "[training]\nlearning_rate = -1.0",
            [":2", "learning_rate", "positive"],
        ),
        (
            "[data]\nvalid_fraction = 1.5",
            [":2", "valid_fraction", "less than 1"],
        ),
        (
            "[model]\nname = \"lenet\"",
            [":2", "model.name", "did you mean \"lenet5\""],
        ),
        (
            "[model]\nname = \"two-conv\"\nconv_chanels = [1, 2]",
            [":3", "model.conv_chanels", "did you mean \"conv_channels\""],
        ),
        (
            "[model]\nname = \"lenet5\"\npooling = \"mean\"",
            [":3", "model.pooling", "average"],
        ),
        ("[training]\nepochs = = 3", [":2", "", ""]),
        (
            "[data]\ndataset = \"folder\"",
            ["data.path", "path = \"photos\"", ""],
        ),
        (
            "[training]\nstop = { metric = \"train_loss\" }",
            [":2", "training.stop", "below"],
        ),
        (
            "[training]\nlabel_smoothing = 0.1\nloss = \"mse\"",
            [":2", "label_smoothing", ""],
        ),
    ] {
        let message = message(text);
        for part in expected {
            assert!(
                message.contains(part),
                "{text:?} gives {message:?} without {part:?}"
            );
        }
    }
}

#[test]
fn impossible_settings_of_a_network_are_named_before_anything_is_built() {
    for (text, overrides, expected) in [
        (
            "[model]\nname = \"dense\"\nhidden = 0",
            &[][..],
            ["my.toml:3", "model.hidden", "received 0"],
        ),
        (
            "[model]\nname = \"two-conv\"\nhidden = 8\nconv_channels = [8, 0]",
            &[],
            ["my.toml:4", "model.conv_channels", "received 0"],
        ),
        (
            "[model]\nname = \"sequential\"\nlayers = [\n\"flatten\",\n\"dens 10\"\n]",
            &[],
            ["my.toml:5", "model.layers[1]", "did you mean \"dense\""],
        ),
        (
            "[model]\nname = \"two-conv\"\ndropout = 0.5",
            &["model.dropout=1.5"],
            [
                "override \"model.dropout=1.5\"",
                "model.dropout",
                "less than 1",
            ],
        ),
        (
            "[model]\nname = \"dense\"",
            &["model.name=sequential"],
            [
                "override \"model.name=sequential\"",
                "model.layers",
                "e.g. [",
            ],
        ),
    ] {
        assert_refused(text, overrides, &expected);
    }
}

#[test]
fn a_mistake_within_the_network_has_its_own_line_and_key() {
    let two_conv = |line: &str| format!("[model]\nname = \"two-conv\"\nhidden = 64\n{line}");
    for (line, key, expected) in [
        (
            "conv_channels = [32]",
            "conv_channels",
            "a list of 2 values, received [32]",
        ),
        (
            "conv_channels = [1, 2, 3]",
            "conv_channels",
            "received [1, 2, 3]",
        ),
        ("conv_channels = 32", "conv_channels", "received 32"),
        (
            "conv_channels = [\"a\", 2]",
            "conv_channels[0]",
            "a whole number, received \"a\"",
        ),
        (
            "batch_norm = \"yes\"",
            "batch_norm",
            "true or false, received \"yes\"",
        ),
        ("padding = 1", "padding", "text in quotes, received 1"),
        ("padding = \"sam\"", "padding", "did you mean \"same\""),
        (
            "dropout = \"half\"",
            "dropout",
            "a number, received \"half\"",
        ),
        ("droput = 0.5", "droput", "did you mean \"dropout\""),
        (
            "preset = \"32-64-sam\"",
            "preset",
            "did you mean \"32-64-same\"",
        ),
    ] {
        let parts = ["my.toml:4", &format!("model.{key}: "), expected];
        assert_refused(&two_conv(line), &[], &parts);
    }
    let resnet = "[model]\nname = \"resnet18\"\n";
    for (line, expected) in [
        (
            "head = \"liner\"",
            "expected \"linear\", \"own\", or a list",
        ),
        (
            "head = 2020-01-01",
            "expected \"linear\", \"own\", or a list",
        ),
        ("cut = 3", "text in quotes, received 3"),
        ("widht = 1", "did you mean \"width\""),
    ] {
        assert_refused(&format!("{resnet}{line}"), &[], &["my.toml:3", expected]);
    }
    assert_refused(
        "[model]\nname = 3",
        &[],
        &["my.toml:2", "model.name", "expected one of dense"],
    );
    assert_refused(
        "\nmodel = \"dense\"",
        &[],
        &["my.toml:2: model: expected the section [model]"],
    );
    assert_refused(
        "data = 3",
        &["data.seed=1"],
        &["my.toml:1: data: ", "section [data]"],
    );
}

#[test]
fn no_message_is_written_in_rust() {
    let whole = overridden(&[
        "model.name=two-conv",
        "data.train_images=5",
        "data.test_images=5",
        "data.dataset=folder",
        "data.path=photos",
        "training.optimizer=sgd",
        "training.schedule=step",
        "training.schedule_factor=0.5",
        "training.class_weights=[1.0, 2.0]",
        "training.gradient_clip_norm=1.0",
        "training.stop={ metric = \"train_loss\", below = 0.29 }",
        "training.patience=3",
    ]);
    let whole: Table = whole.unwrap().to_toml().unwrap().parse().unwrap();
    let mut keys = vec!["training.stop.metric".to_string(), "model.layers".into()];
    for (section, values) in &whole {
        let values = values.as_table().unwrap();
        keys.extend(values.keys().map(|key| format!("{section}.{key}")));
    }
    assert!(keys.len() > 40, "only {} keys", keys.len());
    let mut refused = 0;
    for key in keys {
        for value in [
            "many",
            "3",
            "-3",
            "1.5",
            "true",
            "[]",
            "[3]",
            "[\"a\"]",
            "{}",
            "{ a = 1 }",
            "{ sgd = 1 }",
            "{ a = 1, b = 2 }",
            "2020-01-01",
            "nan",
        ] {
            let text = format!("{key}={value}");
            let network = match key.as_str() {
                "model.layers" => "model.name=sequential",
                _ => "model.name=two-conv",
            };
            let overrides = match key.as_str() {
                "model.name" => vec![text.as_str()],
                _ => vec![network, text.as_str()],
            };
            let Err(error) = overridden(&overrides) else {
                continue;
            };
            let message = error.to_string();
            refused += 1;
            assert!(
                message.starts_with(&format!("override \"{text}\": ")),
                "{message}"
            );
            for rust in [
                "`",
                "usize",
                "u64",
                "f64",
                "f32",
                "struct",
                "variant",
                "untagged",
                "invalid type",
                "invalid value",
                "invalid length",
                "a sequence",
                "a map",
                "element",
                "a boolean",
                "found",
                "wanted",
                "unit value",
            ] {
                assert!(!message.contains(rust), "{message}");
            }
        }
    }
    let message = super::message("[training]\noptimizer = { sgd = 1 }");
    let expected = "training.optimizer: expected text in quotes, received { sgd = 1 }";
    assert!(message.ends_with(expected), "{message}");
    let message = super::message("[data]\ncolor = [\"rgb\"]");
    assert!(
        message.ends_with("expected text in quotes, received [\"rgb\"]"),
        "{message}"
    );
    assert!(refused > 400, "only {refused} values were refused");
}

#[test]
fn mistaken_values_are_explained_in_words() {
    for (text, expected) in [
        ("class_weights = \"blanced\"", "did you mean \"balanced\"?"),
        (
            "class_weights = 3",
            "\"balanced\" or a list of one positive number per class",
        ),
        (
            "class_weights = [1.0, \"a\"]",
            "training.class_weights[1]: expected a number, received \"a\"",
        ),
        (
            "class_weights = [1.0, 1e-60]",
            "training.class_weights[1]: expected a positive number",
        ),
        ("class_weights = [1.0, -2]", "received -2"),
        (
            "seed = 99999999999999999999",
            "seed: expected a whole number from 0 to 9223372036854775807",
        ),
        (
            "seed = 18446744073709551615",
            "seed: expected a whole number from 0 to 9223372036854775807",
        ),
        (
            "seed = -1",
            "expected a whole number from 0 up, received -1",
        ),
        ("epochs = 1\nepochs = 2", "epochs is given twice"),
        ("stop = 3", "a table such as { metric = "),
        ("stop = { below = 0.3 }", "\"metric\" is missing"),
        ("nesterov = 1", "true or false, received 1"),
        ("learning_rate = 1e300", "received 1e300"),
        ("min_delta = -1e-300", "received -1e-300"),
        (
            "learning_rate = 1e-60",
            "learning_rate: expected a positive number",
        ),
        ("epsilon = 1e-60", "epsilon: expected a positive number"),
        (
            "weight_decay = 1e39",
            "weight_decay: expected a positive number",
        ),
        ("weight_decay = -1.0", "received -1"),
    ] {
        let line = if text.contains('\n') {
            "my.toml:3: "
        } else {
            "my.toml:2: "
        };
        assert_refused(&format!("[training]\n{text}"), &[], &[line, expected]);
    }
    for seed in ["99999999999999999999", "18446744073709551615"] {
        let text = format!("training.seed={seed}");
        let parts = [
            "training.seed: expected a whole number from 0 to 9223372036854775807",
            seed,
        ];
        assert_refused("", &[&text], &parts);
    }
    accepted(
        "[training]\nweight_decay = 0\nseed = 9223372036854775807",
        &[],
    );
}

#[test]
fn published_photographs_are_sized_and_split_as_a_folder_is() {
    let sum = ["data.valid_fraction=0.5", "data.test_fraction=0.5"];
    assert_refused(
        "[data]\ndataset = \"cats-vs-dogs\"",
        &sum,
        &["data.test_fraction", "0.5 + 0.5"],
    );
    accepted("[data]\ndataset = \"oxford-pets\"", &sum);
    for (dataset, resize) in [
        ("cats-vs-dogs", Resize::Crop),
        ("oxford-pets", Resize::Crop),
        ("mnist", Resize::Fit),
    ] {
        let text = format!("[data]\ndataset = \"{dataset}\"");
        let data = accepted(&text, &[]).data;
        assert_eq!(data.resize_for_prediction(), resize, "{dataset}");
        assert_eq!(data.has_photographs(), resize == Resize::Crop);
    }
}

#[test]
fn data_sets_are_known_by_name_and_drawn_ones_limited() {
    let fashion = "[data]\n\ndataset = \"fashon-mnist\"";
    assert_refused(
        fashion,
        &[],
        &["my.toml:3: data.dataset", "did you mean \"fashion-mnist\""],
    );
    assert_refused("", &["data.dataset=foldr"], &["did you mean \"folder\""]);
    for dataset in ["garments", "digits", "pets"] {
        let text = format!("[data]\ndataset = \"{dataset}\"\ntrain_images = 1_000_001");
        assert_refused(
            &text,
            &[],
            &["my.toml:3: data.train_images", "received 1000001"],
        );
    }
    accepted("[data]\ndataset = \"mnist\"\ntrain_images = 1_000_001", &[]);
    accepted("[data]\ntest_images = 1_000_000", &[]);
}

#[test]
fn settings_without_effect_are_refused_with_what_to_change() {
    for (text, expected) in [
        ("momentum = 0.9", "training.momentum: adam"),
        ("optimizer = \"adamw\"\nmomentum = 0.9", "momentum = 0.0"),
        ("nesterov = true", "training.nesterov: only sgd"),
        (
            "optimizer = \"rmsprop\"\nmomentum = 0.9\nnesterov = true",
            "training.nesterov: only sgd",
        ),
        ("optimizer = \"sgd\"\nnesterov = true", "momentum = 0.9"),
        (
            "schedule_factor = 0.1",
            "training.schedule_factor: the constant schedule",
        ),
        (
            "schedule_epochs = 3",
            "training.schedule_epochs: only the step schedule",
        ),
        (
            "schedule = \"cosine\"\nschedule_epochs = 3",
            "schedule_epochs = 10",
        ),
    ] {
        assert_refused(&format!("[training]\n{text}"), &[], &["my.toml:", expected]);
    }
    for optimizer in ["sgd", "adam", "adamw", "rmsprop"] {
        for schedule in ["constant", "cosine", "step", "exponential"] {
            let text =
                format!("[training]\noptimizer = \"{optimizer}\"\nschedule = \"{schedule}\"");
            let experiment = parse(&text).unwrap();
            assert_eq!(parse(&experiment.to_toml().unwrap()).unwrap(), experiment);
        }
    }
}

#[test]
fn the_reason_a_file_cannot_be_read_for_is_said_once() {
    let error = from_file(Path::new("nowhere.toml")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read the configuration nowhere.toml"
    );
    assert!(std::error::Error::source(&error).is_some());
}
