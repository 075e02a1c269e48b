//! Drawn clothes.

use super::entry::{DRAWN_CITATION, DRAWN_LICENCE, DatasetEntry, Source};
use crate::data::synthetic::Drawing;

pub(super) const ENTRY: DatasetEntry = DatasetEntry {
    name: "garments",
    summary: "drawn clothes in the classes of Fashion-MNIST; needs no download",
    shape: Some(Drawing::Garments.shape()),
    classes: Drawing::Garments.classes(),
    train_images: 3_000,
    test_images: 1_000,
    source: Source::Drawn(Drawing::Garments),
    licence: DRAWN_LICENCE,
    citation: DRAWN_CITATION,
};
