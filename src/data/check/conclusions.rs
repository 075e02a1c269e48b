//! The findings that follow from the results of the checks.

use super::data_check::DataCheck;
use super::duplicates::{Counts, Duplicates};
use super::finding::{About, Finding, Level};
use super::place::SPLITS;

/// Ratio of the largest class to the smallest above which classes are unbalanced.
const MAX_IMBALANCE: f64 = 3.0;

/// Limits above which the background predicts the class: fraction of its variance that is between
/// the classes (0.14 is a large effect: Cohen, "Statistical Power Analysis", 1988), and difference
/// in grey levels.
const MAX_EXPLAINED: f64 = 0.14;
const MAX_SPREAD: f32 = 10.0;

/// All findings, the most severe first. `max_leak_fraction` and `balanced` are as for
/// [`check`](super::check).
pub(super) fn conclude(
    check: &DataCheck,
    duplicates: &Duplicates,
    max_leak_fraction: f64,
    balanced: bool,
) -> Vec<Finding> {
    let mut findings = duplicate_findings(check, duplicates, max_leak_fraction);
    let mut warn = |about| {
        findings.push(Finding {
            level: Level::Warning,
            about,
        });
    };
    let files = check.unreadable.len();
    if files > 0 {
        warn(About::Unreadable { files });
    }
    let count = check.constant.len();
    if count > 0 {
        warn(About::Constant { count });
    }
    for (number, split) in SPLITS.into_iter().enumerate() {
        let absent = check
            .classes
            .iter()
            .filter(|class| class.images[number] == 0);
        for class in absent.filter(|_| check.images[number] > 0) {
            let class = class.name.clone();
            warn(About::Absent { class, split });
        }
    }
    if !balanced && let Some(about) = imbalance(check) {
        warn(about);
    }
    if let Some(about) = background(check) {
        warn(about);
    }
    findings.sort_by_key(|finding| finding.level);
    findings
}

fn duplicate_findings(check: &DataCheck, duplicates: &Duplicates, limit: f64) -> Vec<Finding> {
    let share = |counts: Counts, split: usize| counts.all() as f64 / check.images[split] as f64;
    let mut findings = Vec::new();
    for [from, into] in [[0, 2], [0, 1], [1, 2]] {
        let counts = duplicates.counts[into][from];
        if counts.all() == 0 {
            continue;
        }
        let share = share(counts, into);
        findings.push(Finding {
            level: match share > limit {
                true => Level::Error,
                false => Level::Warning,
            },
            about: About::Leak {
                into: SPLITS[into],
                from: SPLITS[from],
                counts,
                share,
                limit,
            },
        });
    }
    if duplicates.disagreeing.all() > 0 {
        findings.push(Finding {
            level: Level::Warning,
            about: About::Disagreement(duplicates.disagreeing),
        });
    }
    for (number, split) in SPLITS.into_iter().enumerate() {
        let counts = duplicates.counts[number][number];
        if counts.all() > 0 {
            let share = share(counts, number);
            findings.push(Finding {
                level: Level::Note,
                about: About::Repeated {
                    split,
                    counts,
                    share,
                },
            });
        }
    }
    findings
}

fn imbalance(check: &DataCheck) -> Option<About> {
    let present = || check.classes.iter().filter(|class| class.images[0] > 0);
    let largest = present().max_by_key(|class| class.images[0])?;
    let smallest = present().min_by_key(|class| class.images[0])?;
    let (most, fewest) = (largest.images[0], smallest.images[0]);
    (most as f64 > MAX_IMBALANCE * fewest as f64).then(|| About::Imbalance {
        largest: largest.name.clone(),
        smallest: smallest.name.clone(),
        most,
        fewest,
    })
}

fn background(check: &DataCheck) -> Option<About> {
    let background = check.background.as_ref()?;
    let present = || {
        let levels = check.classes.iter().zip(&background.classes);
        levels.filter(|(class, _)| class.images[0] > 0)
    };
    let by_level = |a: &(_, &[f32; 2]), b: &(_, &[f32; 2])| a.1[0].total_cmp(&b.1[0]);
    let (darkest, [low, _]) = present().min_by(by_level)?;
    let (lightest, [high, _]) = present().max_by(by_level)?;
    (background.explained > MAX_EXPLAINED && high - low > MAX_SPREAD).then(|| About::Background {
        explained: background.explained,
        darkest: darkest.name.clone(),
        lightest: lightest.name.clone(),
        low: *low,
        high: *high,
    })
}
