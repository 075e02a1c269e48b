//! Drawn faces of cats and dogs.

use super::entry::{DRAWN_CITATION, DRAWN_LICENCE, DatasetEntry, Source};
use crate::data::synthetic::Drawing;

pub(super) const ENTRY: DatasetEntry = DatasetEntry {
    name: "pets",
    summary: "drawn faces of cats and dogs in colour; needs no download",
    shape: Some(Drawing::Pets.shape()),
    classes: Drawing::Pets.classes(),
    train_images: 2_000,
    test_images: 500,
    source: Source::Drawn(Drawing::Pets),
    licence: DRAWN_LICENCE,
    citation: DRAWN_CITATION,
};
