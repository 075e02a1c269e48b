use std::path::Path;

use anyhow::{Result, bail};
use comfy_table::Table;

use super::Opened;
use crate::commands::{DONE, print};
use crate::data::decoding::decode;
use crate::evaluation::ranking;
use crate::explanation::{
    DeletionInsertion, Explainer, Importance, Method, RandomBaseline, overview,
};
use crate::text::{did_you_mean, table};

/// Characters of a picture's name.
const STEM: usize = 60;

impl Opened {
    /// Explains what the network makes of a picture, or of a test image given by its number.
    pub(super) fn explain(
        &self,
        image: &Path,
        class: Option<&str>,
        data_dir: Option<&Path>,
    ) -> Result<u8> {
        let (name, pixels) = self.picture(image, data_dir)?;
        let (input, normalization) = (self.card.input, &self.card.normalization);
        let explainer = Explainer::new(&self.network, input, normalization, &self.backend.device);
        let probabilities = explainer.probabilities(&pixels)?;
        let ranking = ranking(&probabilities);
        let class = match class {
            Some(name) => self.class(name)?,
            None => ranking[0],
        };
        let taken = |class: usize| {
            format!(
                "{} ({:.1}%)",
                self.card.classes[class],
                100.0 * probabilities[class]
            )
        };
        print(format!(
            "{name}: taken for {}; explained: {}",
            taken(ranking[0]),
            taken(class)
        ))?;
        let baseline = RandomBaseline::new(&explainer, &pixels, class)?;
        let mut maps: Vec<(Importance, DeletionInsertion)> = Vec::new();
        for method in Method::ALL {
            match explainer.importance(method, &pixels, class)? {
                Some(map) => {
                    let areas = explainer.deletion_insertion(&pixels, class, &map)?;
                    maps.push((map, areas));
                }
                None => print(format!(
                    "{method}: left out, for the network has no convolution"
                ))?,
            }
        }
        print(faithfulness_table(&maps, &baseline))?;
        let title = format!(
            "{name}: {}, insertion less deletion",
            self.card.classes[class]
        );
        let picture = overview(&title, &pixels, input, &maps);
        let name = format!("explain-{name}-as-{}", self.card.classes[class]);
        let words = name.split(|c: char| !c.is_alphanumeric());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        // Names of files are limited, those of classes are not.
        let stem: String = words.join("-").chars().take(STEM).collect();
        self.keep(&stem, &picture)?;
        Ok(DONE)
    }

    /// A picture by its path, or a test image by its number; its name and pixels.
    fn picture(&self, image: &Path, data_dir: Option<&Path>) -> Result<(String, Vec<u8>)> {
        let number = image.to_str().and_then(|text| text.parse::<usize>().ok());
        let Some(index) = number.filter(|_| !image.exists()) else {
            let name = image.file_stem().unwrap_or(image.as_os_str());
            let pixels = decode(image, &self.card.image_options())?;
            return Ok((name.to_string_lossy().into_owned(), pixels));
        };
        let dataset = self.dataset(data_dir)?;
        let images = super::test_images(&dataset, &[index])?;
        let Some(image) = images.into_iter().next() else {
            bail!("{} has no test images", dataset.name);
        };
        Ok((image.name, image.pixels))
    }

    fn class(&self, name: &str) -> Result<usize> {
        let classes = &self.card.classes;
        let found = classes
            .iter()
            .position(|class| class.eq_ignore_ascii_case(name));
        let number = || {
            name.parse()
                .ok()
                .filter(|&number: &usize| number < classes.len())
        };
        let Some(class) = found.or_else(number) else {
            let hint = did_you_mean(name, classes.iter().map(String::as_str));
            bail!(
                "--class {name}: expected one of {}, or its number from 0{hint}",
                classes.join(", ")
            );
        };
        Ok(class)
    }
}

fn faithfulness_table(
    maps: &[(Importance, DeletionInsertion)],
    baseline: &RandomBaseline,
) -> String {
    let mut rows: Table = table(["method", "deletion", "insertion", "difference", ""], 1);
    if let Some(column) = rows.column_mut(4) {
        column.set_cell_alignment(comfy_table::CellAlignment::Left);
    }
    let row = |name: String, areas: &DeletionInsertion, verdict: String| {
        let figures = [areas.deletion, areas.insertion, areas.score()];
        let [deletion, insertion, score] = figures.map(|figure| format!("{figure:.3}"));
        [name, deletion, insertion, score, verdict]
    };
    for (map, areas) in maps {
        let mut verdict = match (map.is_empty(), baseline.is_beaten_by(areas)) {
            (true, _) => "EMPTY: this map says nothing".to_string(),
            (_, true) => "better than chance".to_string(),
            (_, false) => "NO BETTER THAN CHANCE: this map explains nothing here".to_string(),
        };
        if let Some(share) = map.incompleteness.filter(|&share| share > 0.05) {
            verdict += &format!("; its sum is off by {:.0}%", 100.0 * share);
        }
        rows.add_row(row(map.method.to_string(), areas, verdict));
    }
    rows.add_row(row("chance".into(), &baseline.mean(), String::new()));
    format!(
        "{rows}\n\ndeletion: area under the probability while the most important pixels turn black, small is good;\ninsertion: while they appear on black, large is good; chance: the mean of eight random orders"
    )
}
