//! Which pixels of an image speak for a class, by every method.

use image::RgbImage;

use super::error::RunError;
use super::opened::OpenedRun;
use crate::evaluation::ranking;
use crate::explanation::{
    DeletionInsertion, Explainer, Importance, Method, RandomBaseline, overview,
};
use crate::inspection::NamedImage;

/// What speaks for a class in an image, and what each map of it is worth.
pub struct Explanation {
    pub image: NamedImage,
    /// Of each class.
    pub probabilities: Vec<f32>,
    /// The most likely class.
    pub predicted: usize,
    /// The class explained.
    pub class: usize,
    pub maps: Vec<(Importance, DeletionInsertion)>,
    /// Methods that look at what the network lacks.
    pub left_out: Vec<Method>,
    /// What the maps have to beat.
    pub baseline: RandomBaseline,
}

impl OpenedRun {
    /// Explains `class`, by default the one that the network predicts for `image`.
    ///
    /// # Errors
    /// The device failed, or the network does not answer with finite numbers.
    pub fn explain(
        &self,
        image: NamedImage,
        class: Option<usize>,
    ) -> Result<Explanation, RunError> {
        let (input, normalization) = (self.card.input, &self.card.normalization);
        let explainer = Explainer::new(&self.network, input, normalization, &self.backend.device);
        let pixels = &image.pixels;
        let probabilities = explainer.probabilities(pixels)?;
        let predicted = ranking(&probabilities)[0];
        let class = class.unwrap_or(predicted);
        let baseline = RandomBaseline::new(&explainer, pixels, class)?;
        let (mut maps, mut left_out) = (Vec::new(), Vec::new());
        for method in Method::ALL {
            match explainer.importance(method, pixels, class)? {
                Some(map) => {
                    let areas = explainer.deletion_insertion(pixels, class, &map)?;
                    maps.push((map, areas));
                }
                None => left_out.push(method),
            }
        }
        Ok(Explanation {
            image,
            probabilities,
            predicted,
            class,
            maps,
            left_out,
            baseline,
        })
    }

    /// The image beside the maps of an explanation.
    pub fn picture_of(&self, explanation: &Explanation) -> RgbImage {
        let Explanation {
            image, class, maps, ..
        } = explanation;
        let class = &self.card.classes[*class];
        let title = format!("{}: {class}, insertion less deletion", image.name);
        overview(&title, &image.pixels, self.card.input, maps)
    }
}
