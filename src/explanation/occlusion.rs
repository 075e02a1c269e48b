use std::ops::Range;

use super::explainer::Explainer;
use crate::inspection::InspectionError;

/// Squares along the longer side of an image.
const SQUARES: usize = 6;

impl Explainer {
    /// The occlusion map of a normalised image, `[height, width]`: the mean fall of the class logit over
    /// all black squares that cover a pixel (Zeiler and Fergus 2014, arXiv 1311.2901). The squares
    /// are a sixth of the longer side wide and move by half their width.
    pub(super) fn occlusion(
        &self,
        image: &[f32],
        class: usize,
    ) -> Result<Vec<f32>, InspectionError> {
        let side = self.input.height.max(self.input.width).div_ceil(SQUARES);
        self.occlusion_by(image, class, side, side.div_ceil(2))
    }

    /// As [`occlusion`](Self::occlusion) with squares of `side` pixels that move by `stride`.
    pub(super) fn occlusion_by(
        &self,
        image: &[f32],
        class: usize,
        side: usize,
        stride: usize,
    ) -> Result<Vec<f32>, InspectionError> {
        let (height, width) = (self.input.height, self.input.width);
        let baseline = self.baseline();
        let squares: Vec<[Range<usize>; 2]> = starts(height, side, stride)
            .flat_map(|top| starts(width, side, stride).map(move |left| [top, left]))
            .map(|[top, left]| {
                [
                    top..(top + side).min(height),
                    left..(left + side).min(width),
                ]
            })
            .collect();
        let occluded = squares.iter().map(|[rows, columns]| {
            let mut occluded = image.to_vec();
            for channel in 0..self.input.channels {
                for row in rows.clone() {
                    let at = (channel * height + row) * width;
                    let range = at + columns.start..at + columns.end;
                    occluded[range.clone()].copy_from_slice(&baseline[range]);
                }
            }
            occluded
        });
        let whole = self.class_logits([image.to_vec()], class)?[0];
        let logits = self.class_logits(occluded, class)?;
        let (mut falls, mut counts) = (vec![0f32; height * width], vec![0f32; height * width]);
        for ([rows, columns], logit) in squares.iter().zip(logits) {
            for row in rows.clone() {
                for column in columns.clone() {
                    falls[row * width + column] += whole - logit;
                    counts[row * width + column] += 1.0;
                }
            }
        }
        Ok(falls.iter().zip(counts).map(|(fall, n)| fall / n).collect())
    }
}

/// Where squares start along an axis of `len` pixels so that they cover it; the last may reach
/// beyond its end.
fn starts(len: usize, side: usize, stride: usize) -> impl Iterator<Item = usize> + Clone {
    (0..len.saturating_sub(side).div_ceil(stride) + 1).map(move |number| number * stride)
}
