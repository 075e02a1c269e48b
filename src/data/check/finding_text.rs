//! Findings in words.

use std::fmt;

use super::duplicates::Counts;
use super::finding::{About, Finding, Level};
use super::place::adjective;
use crate::text::grouped;

impl fmt::Display for Finding {
    /// One sentence, without the level.
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
                    "{into} images that are among the {from} images as well: {} ({}), {}; results on them are too good",
                    grouped(counts.all()),
                    percent(*share),
                    in_words(*counts),
                )?;
                match self.level {
                    Level::Error => write!(
                        f,
                        ". At most {} are allowed (data.max_leak_fraction): keep duplicates in one split",
                        percent(*limit)
                    ),
                    _ => Ok(()),
                }
            }
            About::Disagreement(counts) => write!(
                f,
                "pairs of the same image with different labels: {}; one of the two is wrong",
                in_words(*counts),
            ),
            About::Repeated {
                split,
                counts,
                share,
            } => write!(
                f,
                "{} images that occur more than once: {} ({}), {}",
                adjective(split),
                grouped(counts.all()),
                percent(*share),
                in_words(*counts),
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
                "{largest} has {:.1} times as many training images as {smallest} ({} and {}); set training.class_weights = \"balanced\" to compensate",
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
                "the background differs by class, from grey level {low:.0} ({darkest}) to {high:.0} ({lightest}): the class explains {:.0}% of its variance, so a network may learn the background in place of the object; mask it, see [preprocess]",
                100.0 * explained,
            ),
        }
    }
}

/// Both counts in words.
fn in_words(counts: Counts) -> String {
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
