//! The section on the data checks: each finding with example images.

use serde::Serialize;

use super::error::ReportError;
use super::pictures::thumbnail;
use crate::data::Dataset;
use crate::data::check::{About, DataCheck, Files, Finding, Place};

/// The most pairs, and single images or unreadable files, that are shown of each finding.
const PAIRS: usize = 6;
const IMAGES: usize = 12;

/// The values of the section.
#[derive(Debug, Serialize)]
pub struct Checks {
    pub findings: Vec<ShownFinding>,
    pub classes: Vec<ClassRow>,
    pub files: Option<Files>,
}

/// A finding and examples of it.
#[derive(Debug, Serialize)]
pub struct ShownFinding {
    #[serde(flatten)]
    pub finding: Finding,
    pub pairs: Vec<CheckedPair>,
    pub images: Vec<CheckedImage>,
    /// Why files could not be read, one reason per file.
    pub reasons: Vec<String>,
}

/// Two images that are the same or nearly the same.
#[derive(Debug, Serialize)]
pub struct CheckedPair {
    pub images: [CheckedImage; 2],
    /// Bits of the difference hash in which the two differ; `None` where all their values are equal.
    pub bits: Option<u32>,
}

/// An image and where it is in the data set.
#[derive(Debug, Serialize)]
pub struct CheckedImage {
    #[serde(flatten)]
    pub place: Place,
    pub picture: String,
}

/// The numbers of a class.
#[derive(Debug, Serialize)]
pub struct ClassRow {
    pub name: String,
    /// Number of training, validation and test images.
    pub images: [usize; 3],
    /// Mean and standard deviation of the grey levels of the background.
    pub background: Option<[f32; 2]>,
}

/// Adds example images of `dataset` to the findings of `check`.
///
/// # Errors
/// An image can no longer be read, or [`ReportError::Picture`].
pub fn lay_out(check: &DataCheck, dataset: &Dataset) -> Result<Checks, ReportError> {
    let shown = |place: &Place| shown(place, dataset);
    let findings = check.findings.iter().map(|finding| {
        let pairs = check.pairs_of(finding).take(PAIRS).map(|pair| {
            let [one, other] = &pair.images;
            let images = [shown(one)?, shown(other)?];
            Ok(CheckedPair {
                images,
                bits: pair.bits,
            })
        });
        let single = match finding.about {
            About::Constant { .. } => &check.constant[..],
            _ => &[],
        };
        let unreadable = match finding.about {
            About::Unreadable { .. } => &check.unreadable[..],
            _ => &[],
        };
        let reasons = unreadable.iter().map(|file| file.reason.clone());
        Ok(ShownFinding {
            reasons: reasons.take(IMAGES).collect(),
            finding: finding.clone(),
            pairs: pairs.collect::<Result<_, ReportError>>()?,
            images: single
                .iter()
                .take(IMAGES)
                .map(shown)
                .collect::<Result<_, _>>()?,
        })
    });
    Ok(Checks {
        findings: findings.collect::<Result<_, ReportError>>()?,
        classes: (check.classes.iter().enumerate())
            .map(|(number, class)| ClassRow {
                name: class.name.clone(),
                images: class.images,
                background: (check.background.as_ref())
                    .map(|background| background.classes[number]),
            })
            .collect(),
        files: check.files.clone(),
    })
}

fn shown(place: &Place, dataset: &Dataset) -> Result<CheckedImage, ReportError> {
    let split = match place.split {
        "train" => &dataset.train,
        "valid" => &dataset.valid,
        _ => &dataset.test,
    };
    let mut pixels = vec![0; dataset.shape.len()];
    split.read(place.index, &mut pixels)?;
    Ok(CheckedImage {
        place: place.clone(),
        picture: thumbnail(&pixels, dataset.shape)?,
    })
}
