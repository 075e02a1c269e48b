//! Image preparation: steps that every image goes through before it is brought to the network's
//! colours and size, in training and at prediction alike.
//!
//! A step works on an 8-bit picture, grey or coloured, and gives the next one its result. A result
//! may be kept under a name, and taken up later; `original` is the picture as it came. All of these
//! stay aligned, because what changes the geometry (`resize`, `bounding-crop`) changes them
//! together. A mask is a grey picture in which everything but black is inside; where a step needs
//! grey and the picture is coloured, its luma (Rec. 709) is taken.
//!
//! No step fails: every picture of at least one pixel gives another, and always the same one.

mod blur;
mod check;
mod color;
mod components;
mod contrast;
mod mask;
mod morphology;
mod picture;
mod step;
mod strip;
mod threshold;

use std::collections::BTreeMap;

use image::GrayImage;
use serde::{Deserialize, Serialize};

use crate::fingerprint::Fingerprint;
use crate::pixels::to_size;

pub use blur::{Blur, BlurMethod};
pub use check::StepError;
pub use color::Channel;
pub use components::{FillHoles, Neighbours, RemoveSmall};
pub use contrast::Clahe;
pub use mask::{ApplyMask, Background, BoundingCrop};
pub use morphology::{Element, Morphology, MorphologyKind};
pub use picture::Picture;
pub use step::{OPERATIONS, Operation, ResizeTo, Step};
pub use strip::strip;
pub use threshold::{Threshold, ThresholdMethod};

/// Name of the picture as it came.
pub const ORIGINAL: &str = "original";

/// Steps in their order, all of which make sense.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<Step>", into = "Vec<Step>")]
pub struct Pipeline {
    steps: Vec<Step>,
}

impl Pipeline {
    /// No steps: pictures stay as they are.
    pub const fn none() -> Self {
        Self { steps: Vec::new() }
    }

    /// The steps in their order.
    ///
    /// # Errors
    /// A value is out of range or without effect, or a name is used that no earlier step keeps.
    pub fn new(steps: Vec<Step>) -> Result<Self, StepError> {
        check::check(&steps)?;
        Ok(Self { steps })
    }

    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What the steps make of `picture`.
    pub fn run(&self, picture: Picture) -> Picture {
        self.run_watched(picture, &mut |_, _| {})
    }

    /// The same; `watch` is told the picture as it came, and each step's name with its result.
    pub fn run_watched(&self, picture: Picture, watch: &mut dyn FnMut(&str, &Picture)) -> Picture {
        watch(ORIGINAL, &picture);
        let mut kept = BTreeMap::new();
        if self.steps.iter().any(Step::looks_at_original) {
            kept.insert(ORIGINAL.to_owned(), picture.clone());
        }
        let mut stage = Stage {
            working: picture,
            kept,
        };
        for step in &self.steps {
            stage.apply(step);
            watch(&step.label(), &stage.working);
        }
        stage.working
    }

    /// A checksum of all that the result depends on besides the picture: 64 hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        let mut print = Fingerprint::new();
        print.text(env!("CARGO_PKG_VERSION"));
        print.text(&format!("{:?}", self.steps));
        print.finish()
    }
}

impl TryFrom<Vec<Step>> for Pipeline {
    type Error = StepError;

    fn try_from(steps: Vec<Step>) -> Result<Self, StepError> {
        Self::new(steps)
    }
}

impl From<Pipeline> for Vec<Step> {
    fn from(pipeline: Pipeline) -> Self {
        pipeline.steps
    }
}

impl Step {
    /// What a viewer is told: the operation, and the name its result is kept under.
    fn label(&self) -> String {
        let name = self.operation.name();
        match &self.keep {
            Some(keep) => format!("{name} = {keep}"),
            None => name.into(),
        }
    }

    fn looks_at_original(&self) -> bool {
        let (mask, to) = match &self.operation {
            Operation::BoundingCrop(crop) => (crop.mask.as_deref(), None),
            Operation::ApplyMask(apply) => (apply.mask.as_deref(), Some(apply.to.as_str())),
            _ => (None, None),
        };
        [self.from.as_deref(), mask, to].contains(&Some(ORIGINAL))
    }
}

/// The pictures between two steps, all of one size.
struct Stage {
    working: Picture,
    kept: BTreeMap<String, Picture>,
}

impl Stage {
    fn apply(&mut self, step: &Step) {
        if let Some(name) = &step.from {
            self.working = self.named(Some(name)).clone();
        }
        match &step.operation {
            Operation::Resize(to) => self.change_geometry(|picture| {
                let resized = to_size(picture.into(), to.height, to.width, to.policy);
                resized.into()
            }),
            Operation::BoundingCrop(crop) => {
                let mask = self.mask(crop.mask.as_deref());
                let (start, size) = crop.rectangle(&mask);
                if size != mask.dimensions() {
                    self.change_geometry(|picture| picture.crop(start, size));
                }
            }
            Operation::ApplyMask(apply) => {
                let mask = self.mask(apply.mask.as_deref());
                self.working = apply.apply(&mask, self.named(Some(&apply.to)).clone());
            }
            operation => self.replace(|picture| in_place(operation, picture)),
        }
        if let Some(name) = &step.keep {
            self.kept.insert(name.clone(), self.working.clone());
        }
    }

    /// A kept picture, or the one worked on. That the name is known was checked.
    fn named(&self, name: Option<&str>) -> &Picture {
        name.and_then(|name| self.kept.get(name))
            .unwrap_or(&self.working)
    }

    fn mask(&self, name: Option<&str>) -> GrayImage {
        self.named(name).clone().into_grey()
    }

    fn replace(&mut self, change: impl FnOnce(Picture) -> Picture) {
        let nothing = Picture::Grey(GrayImage::new(0, 0));
        self.working = change(std::mem::replace(&mut self.working, nothing));
    }

    fn change_geometry(&mut self, change: impl Fn(Picture) -> Picture) {
        self.replace(&change);
        let kept = std::mem::take(&mut self.kept).into_iter();
        self.kept = kept
            .map(|(name, picture)| (name, change(picture)))
            .collect();
    }
}

/// Operations that look at nothing but the picture worked on, and keep its size.
fn in_place(operation: &Operation, picture: Picture) -> Picture {
    match operation {
        Operation::Grayscale => Picture::Grey(picture.into_grey()),
        Operation::Clahe(clahe) => clahe.apply(picture),
        Operation::Equalize => contrast::equalize(picture),
        Operation::Gamma(gamma) => contrast::gamma(picture, *gamma),
        Operation::Blur(blur) => blur.apply(picture),
        Operation::Threshold(threshold) => Picture::Grey(threshold.apply(&picture.into_grey())),
        Operation::Morphology(morphology) => morphology.apply(picture),
        Operation::RemoveSmall(remove) => Picture::Grey(remove.apply(picture.into_grey())),
        Operation::FillHoles(fill) => Picture::Grey(fill.apply(picture.into_grey())),
        Operation::Channel(channel) => channel.of(picture),
        Operation::Resize(_)
        | Operation::BoundingCrop(_)
        | Operation::ApplyMask(_)
        | Operation::Normalize(_) => picture,
    }
}

#[cfg(test)]
mod tests;
