//! All pictures that a step can work on.

use std::collections::BTreeMap;

use image::GrayImage;

use super::picture::Picture;

/// Name of the picture as it was read.
pub const ORIGINAL: &str = "original";

/// The picture worked on and those kept under a name, all of one size.
pub struct Pictures {
    current: Picture,
    kept: BTreeMap<String, Picture>,
}

impl Pictures {
    pub fn new(picture: Picture) -> Self {
        Self {
            current: picture,
            kept: BTreeMap::new(),
        }
    }

    /// The picture worked on.
    pub fn current(&self) -> &Picture {
        &self.current
    }

    /// The picture worked on, when all steps are done.
    pub fn into_current(self) -> Picture {
        self.current
    }

    /// A kept picture; the one worked on for no name, or one that nothing is kept under.
    pub fn get(&self, name: Option<&str>) -> &Picture {
        name.and_then(|name| self.kept.get(name))
            .unwrap_or(&self.current)
    }

    /// The same in grey.
    pub fn mask(&self, name: Option<&str>) -> GrayImage {
        self.get(name).clone().into_grey()
    }

    /// Keeps the picture worked on under `name`.
    pub fn keep(&mut self, name: &str) {
        self.kept.insert(name.to_owned(), self.current.clone());
    }

    /// Works on `picture`, of the same size, from now on.
    pub fn set(&mut self, picture: Picture) {
        self.current = picture;
    }

    /// Changes the picture worked on; its size stays.
    pub fn replace(&mut self, change: impl FnOnce(Picture) -> Picture) {
        let nothing = Picture::Grey(GrayImage::new(0, 0));
        self.current = change(std::mem::replace(&mut self.current, nothing));
    }

    /// Changes the size of all pictures in the same way, so that they stay aligned.
    pub fn change_geometry(&mut self, change: impl Fn(Picture) -> Picture) {
        self.replace(&change);
        let kept = std::mem::take(&mut self.kept).into_iter();
        self.kept = kept
            .map(|(name, picture)| (name, change(picture)))
            .collect();
    }
}
