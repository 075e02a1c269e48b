//! What a report says about one run.

use image::RgbImage;

use super::activations::activation_maps;
use super::content::{ActivationMaps, Charts, Confused, Example, Explained, RunFacts, RunPage};
use super::messages::Messages;
use super::pictures::{address, shrunk, thumbnail};
use super::{Cell, ReportError};
use super::{charts, checks};
use crate::data::check::DataCheck;
use crate::data::{Dataset, Split, contact_sheet};
use crate::drawing::{Tile, photo, rows};
use crate::evaluation::{Calibration, Evaluation, Predictions};
use crate::explanation::{Explainer, Method, overlay};
use crate::inspection::{Activations, NamedImage, first_kernels, first_of_one_class};
use crate::models::Summary;
use crate::run::{CONFIG, OpenedRun};
use crate::training::{StoppedBy, read_history};

/// Pictures of a list, and of a cell of the confusion matrix.
const PICTURES: usize = 12;
const PER_CELL: usize = 4;
/// Pictures of all cells together.
const CELLS: usize = 300;
/// Kinds of mistakes that are listed.
const CONFUSED: usize = 10;
/// Hits, and misses, that are explained.
const EXPLAINED: usize = 4;
/// Of them, in a row of the picture kept beside the page.
const PER_LINE: usize = 4;
/// Images whose activations are shown.
const SUBJECTS: usize = 3;
/// Training images of each class, and classes, on the sheet.
const PER_CLASS: usize = 8;
const SHEET_CLASSES: usize = 20;
/// Classes of a confusion matrix: larger ones would be most of the page, and nobody would read them.
const MATRIX: usize = 60;
/// Longest side of the sheet, of the kernels and of an explained picture.
const SHEET: u32 = 1200;
const KERNELS: u32 = 900;
const OVERLAY: usize = 112;

/// What a report is made from.
pub struct Sources<'a> {
    pub run: &'a OpenedRun,
    pub dataset: &'a Dataset,
    pub check: &'a DataCheck,
    pub evaluation: &'a Evaluation,
    pub test: &'a Predictions,
    /// For the temperature; `None` where there are no such images.
    pub valid: Option<&'a Predictions>,
    /// Test images whose activations are shown; by default the first three of one class.
    pub subjects: &'a [usize],
}

/// What a page says, and what goes beside it.
pub struct Gathered {
    pub page: RunPage,
    pub cells: Vec<Cell>,
    /// For the folder of figures, by name.
    pub pictures: Vec<(&'static str, RgbImage)>,
}

impl Sources<'_> {
    /// # Errors
    /// A file or an image cannot be read, or the device failed.
    pub fn gather(&self, t: &Messages) -> Result<Gathered, ReportError> {
        let run = RunFacts::new(self.run)?;
        let records = read_history(self.run.folder.path())?;
        let names = || ["chart_train", "chart_valid"].map(|key| t.get(key).to_string());
        let loss = charts::losses(&records, names(), 0);
        let accuracy = charts::accuracies(&records, names(), 0);
        let calibration = Calibration::new(self.test, self.valid);
        let best = run.summary.best_epoch.map(|epoch| (epoch, "chart_best"));
        // Where all epochs were run, nothing stopped it.
        let stopped = (run.summary.stopped_by != StoppedBy::Epochs)
            .then_some((run.summary.epochs_run, "chart_stop"));
        let marks: Vec<(usize, &str)> = best.into_iter().chain(stopped).collect();
        let charts = Charts {
            loss: charts::over_epochs(&loss, t.get("chart_loss"), &marks, true, t)?,
            accuracy: charts::over_epochs(&accuracy, t.get("chart_accuracy"), &marks, true, t)?,
            calibration: charts::reliability(
                &calibration.before,
                calibration.scaled.as_ref().map(|scaled| &scaled.after),
                t,
            )?,
        };
        let summary = Summary::new(&self.run.card.model, &self.run.network, self.run.card.input);
        let kernels = first_kernels(&self.run.network, false)?;
        let (explained, grad_cam) = self.explained()?;
        let classes = &self.dataset.classes;
        let classes = &classes[..classes.len().min(SHEET_CLASSES)];
        let sheet = contact_sheet(&self.dataset.train, classes, PER_CLASS)?;
        let path = self.run.folder.file(CONFIG);
        let config =
            std::fs::read_to_string(&path).map_err(|source| ReportError::Read { path, source })?;
        let page = RunPage {
            run,
            evaluation: self.evaluation.clone(),
            matrix: self.matrix(),
            confused: self.confused()?,
            mistakes: self.examples(self.by_confidence(false, true))?,
            doubts: self.examples(self.by_confidence(true, false))?,
            calibration,
            charts,
            activations: self.activations()?,
            kernels: (kernels.as_ref())
                .map(|picture| address(&shrunk(picture.clone(), KERNELS), 0))
                .transpose()?,
            explained,
            multiply_adds: summary.multiply_adds,
            layers: summary.layers,
            sheet_classes: classes.len(),
            sheet: address(&shrunk(sheet.clone(), SHEET), self.run.card.input.channels)?,
            checks: checks::lay_out(self.check, self.dataset)?,
            config,
        };
        let pictures = [
            ("filters", kernels),
            ("grad-cam", grad_cam),
            ("data", Some(sheet)),
        ];
        Ok(Gathered {
            page,
            cells: self.cells()?,
            pictures: (pictures.into_iter())
                .filter_map(|(name, picture)| Some((name, picture?)))
                .collect(),
        })
    }

    fn test_images(&self) -> &Split {
        &self.dataset.test
    }

    /// Test images that were taken for the right class, or for a wrong one, by the probability of
    /// that class.
    fn by_confidence(&self, hits: bool, surest_first: bool) -> Vec<usize> {
        let chosen = (0..self.test.len()).filter(|&index| self.test.hit(index) == hits);
        let mut rated: Vec<(f64, usize)> = chosen
            .map(|index| (self.test.confidence(index, 1.0), index))
            .collect();
        rated.sort_by(|a, b| match surest_first {
            true => b.0.total_cmp(&a.0),
            false => a.0.total_cmp(&b.0),
        });
        rated
            .into_iter()
            .map(|(_, index)| index)
            .take(PICTURES)
            .collect()
    }

    fn pixels(&self, index: usize) -> Result<Vec<u8>, ReportError> {
        let mut pixels = vec![0; self.test_images().shape().len()];
        self.test_images().read(index, &mut pixels)?;
        Ok(pixels)
    }

    fn example(&self, index: usize) -> Result<Example, ReportError> {
        let class = |class: usize| self.dataset.classes[class].clone();
        Ok(Example {
            index,
            picture: thumbnail(&self.pixels(index)?, self.test_images().shape())?,
            truth: class(self.test.truth(index)),
            given: class(self.test.given(index)),
            probability: self.test.confidence(index, 1.0),
        })
    }

    fn examples(&self, indices: Vec<usize>) -> Result<Vec<Example>, ReportError> {
        indices
            .into_iter()
            .map(|index| self.example(index))
            .collect()
    }

    /// True class, class given and count of each cell of the confusion matrix that is not empty;
    /// mistakes first, then by count.
    fn filled(&self) -> Vec<(usize, usize, usize)> {
        let counts = self.evaluation.confusion.counts().iter().enumerate();
        let cells = counts.flat_map(|(truth, row)| {
            row.iter()
                .enumerate()
                .map(move |(given, &count)| (truth, given, count))
        });
        let mut cells: Vec<_> = cells.filter(|cell| cell.2 > 0).collect();
        cells.sort_by_key(|&(truth, given, count)| (truth == given, usize::MAX - count));
        cells
    }

    /// The first test images of a cell.
    fn of_cell(
        &self,
        truth: usize,
        given: usize,
        most: usize,
    ) -> Result<Vec<Example>, ReportError> {
        let all = (0..self.test.len())
            .filter(|&index| (self.test.truth(index), self.test.given(index)) == (truth, given));
        self.examples(all.take(most).collect())
    }

    fn confused(&self) -> Result<Vec<Confused>, ReportError> {
        let mistakes = self
            .filled()
            .into_iter()
            .filter(|(truth, given, _)| truth != given);
        let confused = mistakes.take(CONFUSED).map(|(truth, given, count)| {
            let class = &self.evaluation.classes[truth];
            Ok(Confused {
                truth: class.name.clone(),
                given: self.evaluation.classes[given].name.clone(),
                count,
                share: count as f64 / class.support.max(1) as f64,
                examples: self.of_cell(truth, given, PER_CELL)?,
            })
        });
        confused.collect()
    }

    /// The classes of the confusion matrix: all, or those with the most mistakes, in their order.
    fn matrix(&self) -> Vec<usize> {
        let counts = self.evaluation.confusion.counts();
        let mut classes: Vec<usize> = (0..counts.len()).collect();
        if classes.len() > MATRIX {
            let mistakes =
                |class: usize| counts[class].iter().sum::<usize>() - counts[class][class];
            classes.sort_by_key(|&class| usize::MAX - mistakes(class));
            classes.truncate(MATRIX);
            classes.sort_unstable();
        }
        classes
    }

    fn cells(&self) -> Result<Vec<Cell>, ReportError> {
        let mut left = CELLS;
        let mut cells = Vec::new();
        let matrix = self.matrix();
        let shown = |class: &usize| matrix.binary_search(class).is_ok();
        let mut filled = self.filled();
        filled.retain(|(truth, given, _)| shown(truth) && shown(given));
        // Rather one picture in each cell than four in a few.
        let each = (CELLS / filled.len().max(1)).clamp(1, PER_CELL);
        for (truth, given, _) in filled {
            let examples = self.of_cell(truth, given, each.min(left))?;
            left -= examples.len();
            cells.push(Cell {
                truth,
                given,
                examples,
            });
            if left == 0 {
                break;
            }
        }
        Ok(cells)
    }

    fn activations(&self) -> Result<ActivationMaps, ReportError> {
        let test = self.test_images();
        let indices = match self.subjects.is_empty() {
            true => first_of_one_class(test, SUBJECTS),
            false => self.subjects.to_vec(),
        };
        let images = indices.into_iter().map(|index| {
            let class = &self.dataset.classes[test.label(index)];
            let image = NamedImage {
                name: format!("{index}: {class}"),
                pixels: self.pixels(index)?,
            };
            let (input, normalization) = (self.run.card.input, &self.run.card.normalization);
            let (network, device) = (&self.run.network, &self.run.backend.device);
            Ok(Activations::new(
                network,
                image,
                input,
                normalization,
                device,
            )?)
        });
        activation_maps(&images.collect::<Result<Vec<_>, ReportError>>()?)
    }

    /// The first hit of some classes, and the surest mistakes.
    fn explained(&self) -> Result<(Vec<Explained>, Option<RgbImage>), ReportError> {
        let explainer = Explainer::new(
            &self.run.network,
            self.run.card.input,
            &self.run.card.normalization,
            &self.run.backend.device,
        );
        let classes = 0..self.dataset.classes.len();
        let hits = classes.filter_map(|class| {
            (0..self.test.len())
                .find(|&index| self.test.hit(index) && self.test.truth(index) == class)
        });
        let misses = self.by_confidence(false, true).into_iter().take(EXPLAINED);
        let (mut explained, mut tiles) = (Vec::new(), Vec::new());
        for index in hits.take(EXPLAINED).chain(misses) {
            let pixels = self.pixels(index)?;
            let given = self.test.given(index);
            let Some(map) = explainer.importance(Method::GradCam, &pixels, given)? else {
                return Ok((Vec::new(), None));
            };
            let input = self.run.card.input;
            let overlay = overlay(&pixels, input, &map.values, OVERLAY);
            explained.push(Explained {
                example: self.example(index)?,
                hit: self.test.hit(index),
                empty: map.is_empty(),
                overlay: address(&shrunk(overlay.clone(), 2 * OVERLAY as u32), 3)?,
            });
            tiles.push(Tile {
                picture: photo(&pixels, input.channels, input.width, OVERLAY),
                caption: self.dataset.classes[self.test.truth(index)].clone(),
            });
            tiles.push(Tile {
                picture: overlay,
                caption: format!("as {}", self.dataset.classes[given]),
            });
        }
        let mut lines = Vec::new();
        while !tiles.is_empty() {
            let rest = tiles.split_off(tiles.len().min(2 * PER_LINE));
            lines.push((Vec::new(), std::mem::replace(&mut tiles, rest)));
        }
        let title = "Grad-CAM: hits, then the surest mistakes";
        Ok((explained, Some(rows(title, &lines))))
    }
}
