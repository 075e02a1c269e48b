use super::charts;
use super::messages::{Language, Messages};

#[test]
fn every_language_has_the_same_keys_and_placeholders() {
    let [english, indonesian] = Language::ALL.map(|language| Messages::new(language).unwrap());
    let keys = |messages: &Messages| messages.texts.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&english), keys(&indonesian));
    let placeholders = |text: &str| {
        let mut names: Vec<String> = (text.split('{').skip(1))
            .filter_map(|rest| rest.split_once('}'))
            .map(|(name, _)| name.to_string())
            .collect();
        names.sort();
        names
    };
    for (key, text) in &english.texts {
        assert_eq!(
            placeholders(text),
            placeholders(&indonesian.texts[key]),
            "{key}"
        );
        assert!(
            !text.trim().is_empty() && !indonesian.texts[key].trim().is_empty(),
            "{key}"
        );
    }
}

/// Keys that are used in Rust; a template fails by itself where a key is missing.
#[test]
fn messages_used_outside_of_templates_are_there() {
    let messages = Messages::new(Language::Id).unwrap();
    let sources = [
        include_str!("charts.rs"),
        include_str!("gather.rs"),
        include_str!("compare.rs"),
        include_str!("render.rs"),
    ];
    let used = sources.iter().flat_map(|source| source.split('"'));
    let used: Vec<&str> = used
        .filter(|word| word.starts_with("chart_") || word.starts_with("unit_"))
        .collect();
    assert!(used.len() > 10);
    for key in used {
        assert!(messages.texts.contains_key(key), "{key}");
    }
}

#[test]
fn numbers_are_written_as_each_language_does() {
    for (number, digits, english, indonesian) in [
        (1234567.0, 0, "1,234,567", "1.234.567"),
        (0.9125, 2, "0.91", "0,91"),
        (-1234.5, 1, "-1,234.5", "-1.234,5"),
        (999.96, 1, "1,000.0", "1.000,0"),
    ] {
        assert_eq!(Language::En.number(number, digits), english);
        assert_eq!(Language::Id.number(number, digits), indonesian);
    }
}

#[test]
fn a_chart_of_a_single_epoch_has_its_point() {
    let messages = Messages::new(Language::En).unwrap();
    let line = charts::Series {
        name: "train".into(),
        points: vec![(1.0, 0.5)],
        dashed: false,
        color: 0,
    };
    let svg = charts::over_epochs(&[line], "loss", &[(1, "chart_best")], true, &messages).unwrap();
    assert!(svg.contains("<circle"));
    let empty = charts::over_epochs(&[], "loss", &[], false, &messages).unwrap();
    assert!(empty.contains("</svg>"));
}

/// Keys that a template composes from a value of the run.
#[test]
fn every_way_a_training_ends_and_a_temperature_is_found_has_its_message() {
    use crate::evaluation::FittedOn;
    use crate::training::StoppedBy;
    let messages = Messages::new(Language::En).unwrap();
    let ways = [
        StoppedBy::Epochs,
        StoppedBy::Stop,
        StoppedBy::Patience,
        StoppedBy::Interrupted,
        StoppedBy::NotFinite,
    ];
    let name = |value: serde_json::Value| value.as_str().unwrap().replace('-', "_");
    for way in ways {
        let key = format!("stopped_{}", name(serde_json::to_value(way).unwrap()));
        assert!(messages.texts.contains_key(&key), "{key}");
    }
    for place in [FittedOn::Valid, FittedOn::Halves] {
        let key = format!("calibration_{}", name(serde_json::to_value(place).unwrap()));
        assert!(messages.texts.contains_key(&key), "{key}");
    }
}

#[test]
fn every_message_that_a_template_names_is_there() {
    let messages = Messages::new(Language::En).unwrap();
    let templates = [
        include_str!("layout.html"),
        include_str!("parts.html"),
        include_str!("page.html"),
        include_str!("compare.html"),
    ];
    let named = templates.iter().flat_map(|template| {
        let starts = template.match_indices("t.").filter(|(at, _)| {
            let before = template[..*at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.')
        });
        starts.map(|(at, _)| {
            let rest = &template[at + 2..];
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            &rest[..end.unwrap_or(rest.len())]
        })
    });
    let named: Vec<&str> = named.filter(|name| !name.is_empty()).collect();
    assert!(named.len() > 50, "{named:?}");
    for key in named {
        assert!(messages.texts.contains_key(key), "{key}");
    }
}
