//! The checks on the data, with pictures of what they found.

use serde::Serialize;

use super::ReportError;
use super::pictures::thumbnail;
use crate::data::Dataset;
use crate::data::check::{About, DataCheck, Files, Finding, Place};

/// Pairs, and single images or files, shown of each finding.
const PAIRS: usize = 6;
const IMAGES: usize = 12;

/// What the section says.
#[derive(Debug, Serialize)]
pub struct Checks {
    pub findings: Vec<Shown>,
    pub classes: Vec<ClassRow>,
    pub files: Option<Files>,
}

/// A finding and examples of it.
#[derive(Debug, Serialize)]
pub struct Shown {
    #[serde(flatten)]
    pub finding: Finding,
    pub pairs: Vec<ShownPair>,
    pub images: Vec<ShownImage>,
    /// Why files could not be read.
    pub reasons: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct ShownPair {
    pub images: [ShownImage; 2],
    /// Of the perceptual hash; `None` where the two are the same value for value.
    pub bits: Option<u32>,
}

#[derive(Debug, Serialize)]
pub struct ShownImage {
    #[serde(flatten)]
    pub place: Place,
    pub picture: String,
}

/// A class in numbers.
#[derive(Debug, Serialize)]
pub struct ClassRow {
    pub name: String,
    /// In each split.
    pub images: [usize; 3],
    /// Mean and deviation of the grey levels of the background.
    pub background: Option<[f32; 2]>,
}

/// Lays out what `check` found in `dataset`.
///
/// # Errors
/// An image can no longer be read, or [`ReportError::Picture`].
pub fn lay_out(check: &DataCheck, dataset: &Dataset) -> Result<Checks, ReportError> {
    let shown = |place: &Place| shown(place, dataset);
    let findings = check.findings.iter().map(|finding| {
        let pairs = check.pairs_of(finding).take(PAIRS).map(|pair| {
            let [one, other] = &pair.images;
            let images = [shown(one)?, shown(other)?];
            Ok(ShownPair {
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
        Ok(Shown {
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

fn shown(place: &Place, dataset: &Dataset) -> Result<ShownImage, ReportError> {
    let split = match place.split {
        "train" => &dataset.train,
        "valid" => &dataset.valid,
        _ => &dataset.test,
    };
    let mut pixels = vec![0; dataset.shape.len()];
    split.read(place.index, &mut pixels)?;
    Ok(ShownImage {
        place: place.clone(),
        picture: thumbnail(&pixels, dataset.shape)?,
    })
}
