//! What the checks conclude.

use std::fmt;

use serde::Serialize;

use super::duplicates::{Counts, Duplicates};
use super::{DataCheck, Pair, SPLITS};
use crate::text::grouped;

/// Times that the largest class may have the images of the smallest.
const MOST_IMBALANCE: f64 = 3.0;

/// From where on the background tells the class: share of its variance between the classes
/// (0.14 is called large: Cohen, "Statistical Power Analysis", 1988), and grey levels.
const MOST_EXPLAINED: f64 = 0.14;
const MOST_SPREAD: f32 = 10.0;

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// No training should start.
    Error,
    /// Figures may mislead.
    Warning,
    /// Good to know.
    Note,
}

/// Something that is unusual about a data set.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    pub level: Level,
    #[serde(flatten)]
    pub about: About,
}

/// What a finding is about.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum About {
    /// Images of `into` that are in `from` as well.
    Leak {
        into: &'static str,
        from: &'static str,
        #[serde(flatten)]
        counts: Counts,
        /// Of the images of `into`.
        share: f64,
        /// Share above which it is an error.
        limit: f64,
    },
    /// Pairs of the same image with different labels.
    Disagreement(Counts),
    /// Images that are in their split more than once.
    Repeated {
        split: &'static str,
        #[serde(flatten)]
        counts: Counts,
        /// Of the images of the split.
        share: f64,
    },
    /// Files that cannot be read.
    Unreadable { files: usize },
    /// Images of one colour.
    Constant { count: usize },
    /// A class without an image in a split that has others.
    Absent { class: String, split: &'static str },
    /// Classes of very different sizes among the training images.
    Imbalance {
        largest: String,
        smallest: String,
        /// Images of the largest and of the smallest class.
        most: usize,
        fewest: usize,
    },
    /// The corners of the images tell the class.
    Background {
        /// Share of the variance between the classes.
        explained: f64,
        darkest: String,
        lightest: String,
        /// Mean grey levels of these two.
        low: f32,
        high: f32,
    },
}

/// All findings, the worst first.
pub(super) fn all(
    check: &DataCheck,
    duplicates: &Duplicates,
    max_leak_fraction: f64,
    balanced: bool,
) -> Vec<Finding> {
    let mut findings = of_duplicates(check, duplicates, max_leak_fraction);
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

fn of_duplicates(check: &DataCheck, duplicates: &Duplicates, limit: f64) -> Vec<Finding> {
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
    let there = || check.classes.iter().filter(|class| class.images[0] > 0);
    let largest = there().max_by_key(|class| class.images[0])?;
    let smallest = there().min_by_key(|class| class.images[0])?;
    let (most, fewest) = (largest.images[0], smallest.images[0]);
    (most as f64 > MOST_IMBALANCE * fewest as f64).then(|| About::Imbalance {
        largest: largest.name.clone(),
        smallest: smallest.name.clone(),
        most,
        fewest,
    })
}

fn background(check: &DataCheck) -> Option<About> {
    let background = check.background.as_ref()?;
    let there = || {
        let levels = check.classes.iter().zip(&background.classes);
        levels.filter(|(class, _)| class.images[0] > 0)
    };
    let by_level = |a: &(_, &[f32; 2]), b: &(_, &[f32; 2])| a.1[0].total_cmp(&b.1[0]);
    let (darkest, [low, _]) = there().min_by(by_level)?;
    let (lightest, [high, _]) = there().max_by(by_level)?;
    (background.explained > MOST_EXPLAINED && high - low > MOST_SPREAD).then(|| About::Background {
        explained: background.explained,
        darkest: darkest.name.clone(),
        lightest: lightest.name.clone(),
        low: *low,
        high: *high,
    })
}

impl Finding {
    /// Whether a pair of images is an example of it.
    pub fn concerns(&self, pair: &Pair) -> bool {
        let [one, other] = &pair.images;
        let splits = [one.split, other.split];
        match self.about {
            About::Leak { into, from, .. } => splits == [from, into],
            About::Disagreement(_) => one.class != other.class,
            About::Repeated { split, .. } => splits == [split, split],
            _ => false,
        }
    }
}

/// `split` as it stands before "images".
pub fn adjective(split: &str) -> &str {
    match split {
        "train" => "training",
        "valid" => "validation",
        split => split,
    }
}

fn both(counts: Counts) -> String {
    let Counts { exact, near } = counts;
    match (exact, near) {
        (_, 0) => format!("{} exactly", grouped(exact)),
        (0, _) => format!("{} nearly", grouped(near)),
        _ => format!("{} exactly, {} nearly", grouped(exact), grouped(near)),
    }
}

fn percent(share: f64) -> String {
    format!("{:.2}%", 100.0 * share)
}

impl fmt::Display for Finding {
    /// In one sentence, without the level.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.about {
            About::Leak {
                into,
                from,
                counts,
                share,
                limit,
            } => {
                let (into, from) = (adjective(into), adjective(from));
                write!(
                    f,
                    "{into} images that are among the {from} images as well: {} ({}), {}; figures on them are too good",
                    grouped(counts.all()),
                    percent(*share),
                    both(*counts),
                )?;
                match self.level {
                    Level::Error => write!(
                        f,
                        ". At most {} may be (data.max_leak_fraction): keep what is alike in one split",
                        percent(*limit)
                    ),
                    _ => Ok(()),
                }
            }
            About::Disagreement(counts) => write!(
                f,
                "pairs of the same image with different labels: {}; one of the two is wrong",
                both(*counts),
            ),
            About::Repeated {
                split,
                counts,
                share,
            } => write!(
                f,
                "{} images that are there more than once: {} ({}), {}",
                adjective(split),
                grouped(counts.all()),
                percent(*share),
                both(*counts),
            ),
            About::Unreadable { files } => {
                write!(f, "files that cannot be read: {}", grouped(*files))
            }
            About::Constant { count } => {
                write!(f, "images of one colour: {}", grouped(*count))
            }
            About::Absent { class, split } => {
                write!(f, "no {} image is of class {class}", adjective(split))
            }
            About::Imbalance {
                largest,
                smallest,
                most,
                fewest,
            } => write!(
                f,
                "{largest} has {:.1} times as many training images as {smallest} ({} and {}); training.class_weights = \"balanced\" makes up for it",
                *most as f64 / *fewest as f64,
                grouped(*most),
                grouped(*fewest),
            ),
            About::Background {
                explained,
                darkest,
                lightest,
                low,
                high,
            } => write!(
                f,
                "the background differs by class, from grey level {low:.0} ({darkest}) to {high:.0} ({lightest}): {:.0}% of how it varies is the class, which a network may learn in place of the object; mask it, see [preprocess]",
                100.0 * explained,
            ),
        }
    }
}
