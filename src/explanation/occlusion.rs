use super::Explainer;
use crate::inspection::InspectionError;

/// Squares along the longer side of an image.
const SQUARES: usize = 6;

impl Explainer {
    /// Occlusion, `[height, width]`: the mean fall of the score over all black squares that cover a
    /// pixel. Squares are a sixth of the longer side and move by half their side.
    pub(super) fn occlusion(
        &self,
        image: &[f32],
        class: usize,
    ) -> Result<Vec<f32>, InspectionError> {
        let side = self.input.height.max(self.input.width).div_ceil(SQUARES);
        self.covered(image, class, side, side.div_ceil(2))
    }

    pub(super) fn covered(
        &self,
        image: &[f32],
        class: usize,
        side: usize,
        step: usize,
    ) -> Result<Vec<f32>, InspectionError> {
        let (height, width) = (self.input.height, self.input.width);
        let black = self.black();
        let squares: Vec<[std::ops::Range<usize>; 2]> = starts(height, side, step)
            .flat_map(|top| starts(width, side, step).map(move |left| [top, left]))
            .map(|[top, left]| {
                [
                    top..(top + side).min(height),
                    left..(left + side).min(width),
                ]
            })
            .collect();
        let covered = squares.iter().map(|[rows, columns]| {
            let mut covered = image.to_vec();
            for channel in 0..self.input.channels {
                for row in rows.clone() {
                    let at = (channel * height + row) * width;
                    let range = at + columns.start..at + columns.end;
                    covered[range.clone()].copy_from_slice(&black[range]);
                }
            }
            covered
        });
        let whole = self.scores([image.to_vec()], class, false)?[0];
        let scores = self.scores(covered, class, false)?;
        let (mut falls, mut counts) = (vec![0f32; height * width], vec![0f32; height * width]);
        for ([rows, columns], score) in squares.iter().zip(scores) {
            for row in rows.clone() {
                for column in columns.clone() {
                    falls[row * width + column] += whole - score;
                    counts[row * width + column] += 1.0;
                }
            }
        }
        Ok(falls.iter().zip(counts).map(|(fall, n)| fall / n).collect())
    }
}

/// Where squares begin so that they cover all of a side; the last may reach beyond.
fn starts(len: usize, side: usize, step: usize) -> impl Iterator<Item = usize> + Clone {
    (0..len.saturating_sub(side).div_ceil(step) + 1).map(move |number| number * step)
}
