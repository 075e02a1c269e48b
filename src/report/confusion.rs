//! The confusion matrix, with test images of its cells.

use super::content::{Cell, Confused, Example};
use super::error::ReportError;
use super::examples::examples;
use super::sources::Sources;

/// The most classes of the matrix: a larger one would be most of the page, and nobody would read it.
const CLASSES: usize = 60;
/// The most images of one cell, and of all cells together.
const IMAGES_PER_CELL: usize = 4;
const IMAGES: usize = 300;
/// The most pairs of classes that are listed as frequent mistakes.
const CONFUSED: usize = 10;

/// The classes of the matrix in their order: all, or those with the most mistakes.
pub fn classes(sources: &Sources) -> Vec<usize> {
    let counts = sources.evaluation.confusion.counts();
    let mut classes: Vec<usize> = (0..counts.len()).collect();
    if classes.len() > CLASSES {
        let mistakes = |class: usize| counts[class].iter().sum::<usize>() - counts[class][class];
        classes.sort_by_key(|&class| usize::MAX - mistakes(class));
        classes.truncate(CLASSES);
        classes.sort_unstable();
    }
    classes
}

/// The most frequent mistakes.
///
/// # Errors
/// An image cannot be read, or [`ReportError::Picture`].
pub fn confused(sources: &Sources) -> Result<Vec<Confused>, ReportError> {
    let classes = &sources.evaluation.classes;
    let mistakes = filled(sources)
        .into_iter()
        .filter(|(target, predicted, _)| target != predicted);
    let confused = mistakes.take(CONFUSED).map(|(target, predicted, count)| {
        let class = &classes[target];
        Ok(Confused {
            target: class.name.clone(),
            predicted: classes[predicted].name.clone(),
            count,
            share: count as f64 / class.support.max(1) as f64,
            examples: of_cell(sources, target, predicted, IMAGES_PER_CELL)?,
        })
    });
    confused.collect()
}

/// Images of the cells of the matrix, as many as fit into the page.
///
/// # Errors
/// An image cannot be read, or [`ReportError::Picture`].
pub fn cells(sources: &Sources) -> Result<Vec<Cell>, ReportError> {
    let mut left = IMAGES;
    let mut cells = Vec::new();
    let classes = classes(sources);
    let shown = |class: &usize| classes.binary_search(class).is_ok();
    let mut filled = filled(sources);
    filled.retain(|(target, predicted, _)| shown(target) && shown(predicted));
    // Rather one image in each cell than four in a few.
    let each = (IMAGES / filled.len().max(1)).clamp(1, IMAGES_PER_CELL);
    for (target, predicted, _) in filled {
        let examples = of_cell(sources, target, predicted, each.min(left))?;
        left -= examples.len();
        cells.push(Cell {
            target,
            predicted,
            examples,
        });
        if left == 0 {
            break;
        }
    }
    Ok(cells)
}

/// True class, predicted class and count of each cell that is not empty; mistakes first, then by
/// count.
fn filled(sources: &Sources) -> Vec<(usize, usize, usize)> {
    let counts = sources.evaluation.confusion.counts().iter().enumerate();
    let cells = counts.flat_map(|(target, row)| {
        row.iter()
            .enumerate()
            .map(move |(predicted, &count)| (target, predicted, count))
    });
    let mut cells: Vec<_> = cells.filter(|cell| cell.2 > 0).collect();
    cells.sort_by_key(|&(target, predicted, count)| (target == predicted, usize::MAX - count));
    cells
}

/// The first test images of a cell, at most `limit`.
fn of_cell(
    sources: &Sources,
    target: usize,
    predicted: usize,
    limit: usize,
) -> Result<Vec<Example>, ReportError> {
    let test = sources.test;
    let indices = (0..test.len())
        .filter(|&index| (test.target(index), test.predicted(index)) == (target, predicted));
    examples(sources, indices.take(limit))
}
