//! `convlab inspect explain`

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use comfy_table::{CellAlignment, Table};

use crate::commands::arguments::{DataDirArgs, DeviceArgs};
use crate::commands::output::{print, write_figure};
use crate::commands::{DONE, open_run};
use crate::explanation::{DeletionInsertion, Importance, RandomBaseline};
use crate::inspection::NamedImage;
use crate::run::{OpenedRun, own_image, test_images};
use crate::terminal::Bars;
use crate::text::{did_you_mean, table};

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Folder of the run
    pub run: PathBuf,
    /// Picture, or the number of a test image, counted from 0
    pub image: PathBuf,
    /// Class to explain, by name or number [default: the predicted class]
    #[arg(long, value_name = "CLASS")]
    pub class: Option<String>,
    #[command(flatten)]
    pub device: DeviceArgs,
    #[command(flatten)]
    pub data: DataDirArgs,
}

/// Characters of a figure's name.
const STEM: usize = 60;

/// Explains what the network makes of a picture, or of a test image given by its number.
pub fn run(args: &ExplainArgs) -> Result<u8> {
    let run = open_run(&args.run, &args.device)?;
    let image = image(&run, args)?;
    let class = match &args.class {
        Some(name) => Some(class(&run, name)?),
        None => None,
    };
    let explanation = run.explain(image, class)?;
    let (name, classes) = (&explanation.image.name, &run.card.classes);
    let probability = |class: usize| {
        let percent = 100.0 * explanation.probabilities[class];
        format!("{} ({percent:.1}%)", classes[class])
    };
    print(format!(
        "{name}: predicted {}; explained {}",
        probability(explanation.predicted),
        probability(explanation.class)
    ))?;
    for method in &explanation.left_out {
        print(format!(
            "{method}: left out, for the network has no convolution"
        ))?;
    }
    print(faithfulness_table(&explanation.maps, &explanation.baseline))?;
    let figure = figure_name(name, &classes[explanation.class]);
    write_figure(&run.folder, &figure, &run.picture_of(&explanation))?;
    Ok(DONE)
}

/// A picture by its path, or a test image by its number.
fn image(run: &OpenedRun, args: &ExplainArgs) -> Result<NamedImage> {
    let image = &args.image;
    let number = image.to_str().and_then(|text| text.parse::<usize>().ok());
    let Some(index) = number.filter(|_| !image.exists()) else {
        let name = image.file_stem().unwrap_or(image.as_os_str());
        let name = name.to_string_lossy().into_owned();
        return Ok(own_image(run, image, name)?);
    };
    let dataset = run.dataset(args.data.data_dir.as_deref(), &Bars::default())?;
    match test_images(&dataset, &[index], 1)?.pop() {
        Some(image) => Ok(image),
        None => bail!("{} has no test images", dataset.name),
    }
}

fn class(run: &OpenedRun, name: &str) -> Result<usize> {
    let classes = &run.card.classes;
    match run.card.class(name) {
        Some(class) => Ok(class),
        None => {
            let hint = did_you_mean(name, classes.iter().map(String::as_str));
            bail!(
                "--class {name}: expected one of {}, or its number from 0{hint}",
                classes.join(", ")
            )
        }
    }
}

/// The name of the figure: letters and digits only, and not too long for a file system, for names of
/// classes have no limit.
fn figure_name(image: &str, class: &str) -> String {
    let name = format!("explain-{image}-as-{class}");
    let words = name.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("-").chars().take(STEM).collect()
}

fn faithfulness_table(
    maps: &[(Importance, DeletionInsertion)],
    baseline: &RandomBaseline,
) -> String {
    let mut rows: Table = table(["method", "deletion", "insertion", "difference", ""], 1);
    if let Some(column) = rows.column_mut(4) {
        column.set_cell_alignment(CellAlignment::Left);
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
