//! `convlab inspect journey`

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use comfy_table::CellAlignment;

use crate::commands::arguments::{DataDirArgs, DeviceArgs};
use crate::commands::output::{print, write_figure};
use crate::commands::{DONE, open_run};
use crate::inspection::{LayerStatistics, NamedImage, all_filters, compare_images};
use crate::run::{OpenedRun, own_image, test_images};
use crate::terminal::Bars;
use crate::text::table;

#[derive(Debug, Args)]
pub struct JourneyArgs {
    /// Folder of the run
    pub run: PathBuf,
    /// Test images, counted from 0 [default: the first three of the first one's class]
    #[arg(
        long,
        value_name = "N,N,...",
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    pub index: Vec<usize>,
    /// Your own pictures in place of test images
    #[arg(long, value_name = "PICTURE", num_args = 1.., conflicts_with = "index")]
    pub images: Vec<PathBuf>,
    /// Filter to compare, counted from 0; in a layer with fewer filters, its last
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub filter: usize,
    #[command(flatten)]
    pub device: DeviceArgs,
    #[command(flatten)]
    pub data: DataDirArgs,
}

/// Images to compare where none are named.
const DEFAULT_COUNT: usize = 3;
/// Images compared at most: a column each.
const MOST: usize = 12;
/// Dead filters of a layer that are named.
const NAMED: usize = 12;

/// Draws what each layer makes of images.
pub fn run(args: &JourneyArgs) -> Result<u8> {
    let run = open_run(&args.run, &args.device)?;
    let count = args.index.len().max(args.images.len());
    if count > MOST {
        bail!("at most {MOST} pictures are compared, received {count}; name fewer");
    }
    let (images, statistics) = match args.images.is_empty() {
        true => {
            let dataset = run.dataset(args.data.data_dir.as_deref(), &Bars::default())?;
            let statistics = run.activation_statistics(&dataset)?;
            let images = test_images(&dataset, &args.index, DEFAULT_COUNT)?;
            (images, Some(statistics))
        }
        false => (own_images(&run, &args.images)?, None),
    };
    let activations = run.activations(images)?;
    if let Some((statistics, images)) = &statistics {
        print(statistics_table(statistics, *images))?;
    }
    let comparison = compare_images(&activations, args.filter);
    write_figure(&run.folder, "journey", &comparison)?;
    let Some(first) = activations.first() else {
        return Ok(DONE);
    };
    let filters = all_filters(first);
    if filters.is_empty() {
        print("no layer makes feature maps, so there are no filters to show one by one")?;
    }
    for (layer, picture) in &filters {
        write_figure(&run.folder, &format!("journey-{layer}"), picture)?;
    }
    Ok(DONE)
}

fn own_images(run: &OpenedRun, paths: &[PathBuf]) -> Result<Vec<NamedImage>> {
    let named = paths.iter().map(|path| {
        let name = path.file_name().unwrap_or(path.as_os_str());
        let name = name.to_string_lossy().into_owned();
        Ok(own_image(run, path, name)?)
    });
    named.collect()
}

fn statistics_table(statistics: &[LayerStatistics], images: usize) -> String {
    let mut rows = table(
        [
            "layer",
            "mean",
            "deviation",
            "zeros",
            "dead filters or units",
        ],
        1,
    );
    if let Some(column) = rows.column_mut(4) {
        column.set_cell_alignment(CellAlignment::Left);
    }
    for layer in statistics {
        let numbers: Vec<String> = layer.dead.iter().map(usize::to_string).collect();
        rows.add_row([
            layer.layer.clone(),
            format!("{:.3}", layer.mean),
            format!("{:.3}", layer.deviation),
            format!("{:.1}%", 100.0 * layer.zeros),
            match numbers.len() {
                0 => "none".into(),
                1..=NAMED => numbers.join(", "),
                count => format!("{count}: {}, ...", numbers[..NAMED].join(", ")),
            },
        ]);
    }
    format!(
        "{rows}\n\nover {images} test images; a dead filter or unit gives the same value for all of them"
    )
}
