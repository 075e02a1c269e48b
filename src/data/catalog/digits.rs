//! Drawn digits.

use super::entry::{DRAWN_CITATION, DRAWN_LICENCE, DatasetEntry, Source};
use crate::data::synthetic::Drawing;

pub(super) const ENTRY: DatasetEntry = DatasetEntry {
    name: "digits",
    summary: "drawn digits in the manner of MNIST; needs no download",
    shape: Some(Drawing::Digits.shape()),
    classes: Drawing::Digits.classes(),
    train_images: 3_000,
    test_images: 1_000,
    source: Source::Drawn(Drawing::Digits),
    licence: DRAWN_LICENCE,
    citation: DRAWN_CITATION,
};
