//! `convlab inspect`

mod embeddings;
mod explain;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use comfy_table::CellAlignment;
use image::{ImageFormat, RgbImage};

use super::opened::Opened;
use super::{DONE, check_indices, print, write_picture};
use crate::cli::InspectCommand;
use crate::data::Dataset;
use crate::data::decoding::decode;
use crate::device;
use crate::inspection::{
    Activations, LayerStatistics, NamedImage, activation_statistics, all_filters, compare_images,
    first_kernels, first_of_one_class, top_activations,
};
use crate::terminal::Bars;
use crate::text::table;

/// Test images over which filters are judged.
const SAMPLE: usize = 1000;
/// Pictures to compare where none are named.
const COMPARED: usize = 3;
/// Pictures compared at most: a column each.
const MOST: usize = 12;

/// Looks into a run.
pub fn run(command: InspectCommand) -> Result<u8> {
    match command {
        InspectCommand::Journey {
            run,
            index,
            images,
            filter,
            device,
            data,
        } => {
            let opened = Opened::new(&run, device::open(device.device, &Bars::default())?)?;
            opened.activations(&index, &images, filter, data.data_dir.as_deref())
        }
        InspectCommand::Filters { run, device, data } => {
            let opened = Opened::new(&run, device::open(device.device, &Bars::default())?)?;
            opened.filters(data.data_dir.as_deref())
        }
        InspectCommand::Explain {
            run,
            image,
            class,
            device,
            data,
        } => {
            let opened = Opened::new(&run, device::open(device.device, &Bars::default())?)?;
            opened.explain(&image, class.as_deref(), data.data_dir.as_deref())
        }
        InspectCommand::Embeddings {
            run,
            projection,
            images,
            thumbnails,
            device,
            data,
        } => {
            let opened = Opened::new(&run, device::open(device.device, &Bars::default())?)?;
            let images = usize::from(images);
            opened.embeddings(projection, images, thumbnails, data.data_dir.as_deref())
        }
    }
}

impl Opened {
    fn activations(
        &self,
        indices: &[usize],
        images: &[PathBuf],
        filter: usize,
        data_dir: Option<&Path>,
    ) -> Result<u8> {
        let count = indices.len().max(images.len());
        if count > MOST {
            bail!("at most {MOST} pictures are compared, received {count}; name fewer");
        }
        let (images, sample) = match images.is_empty() {
            true => {
                let dataset = self.dataset(data_dir)?;
                let (network, device) = (&self.network, &self.backend.device);
                let statistics = activation_statistics(network, &dataset.test, SAMPLE, device)?;
                let sampled = dataset.test.len().min(SAMPLE);
                (test_images(&dataset, indices)?, Some((statistics, sampled)))
            }
            false => (self.own_pictures(images)?, None),
        };
        let activations: Vec<Activations> = (images.into_iter())
            .map(|image| {
                let (input, normalization) = (self.card.input, &self.card.normalization);
                let device = &self.backend.device;
                Ok(Activations::new(
                    &self.network,
                    image,
                    input,
                    normalization,
                    device,
                )?)
            })
            .collect::<Result<_>>()?;
        if let Some((statistics, images)) = &sample {
            print(statistics_table(statistics, *images))?;
        }
        self.keep("journey", &compare_images(&activations, filter))?;
        let Some(first) = activations.first() else {
            return Ok(DONE);
        };
        let filters = all_filters(first);
        if filters.is_empty() {
            print("no layer makes feature maps, so there are no filters to show one by one")?;
        }
        for (layer, picture) in &filters {
            self.keep(&format!("journey-{layer}"), picture)?;
        }
        Ok(DONE)
    }

    fn own_pictures(&self, images: &[PathBuf]) -> Result<Vec<NamedImage>> {
        let options = self.card.image_options();
        let named = images.iter().map(|path| {
            let name = path.file_name().unwrap_or(path.as_os_str());
            Ok(NamedImage {
                name: name.to_string_lossy().into_owned(),
                pixels: decode(path, &options)?,
            })
        });
        named.collect()
    }

    fn filters(&self, data_dir: Option<&Path>) -> Result<u8> {
        let Some(kernels) = first_kernels(&self.network, true)? else {
            print("this network has no convolution, so it has no filters to draw")?;
            return Ok(DONE);
        };
        self.keep("filters", &kernels)?;
        let dataset = self.dataset(data_dir)?;
        let device = &self.backend.device;
        for top in top_activations(&self.network, &dataset.test, SAMPLE, device)? {
            let picture = top.picture(&dataset.test)?;
            self.keep(&format!("filters-{}", top.layer), &picture)?;
        }
        Ok(DONE)
    }

    /// Writes a picture to the run's folder of figures.
    fn keep(&self, name: &str, picture: &RgbImage) -> Result<()> {
        let path = self.figures()?.join(format!("{name}.png"));
        write_picture(picture, &path, ImageFormat::Png, "fewer pictures")?;
        print(format!("written to {}", path.display()))
    }
}

/// The test images at `indices`, or the first ones that share the first one's class.
fn test_images(dataset: &Dataset, indices: &[usize]) -> Result<Vec<NamedImage>> {
    let test = &dataset.test;
    check_indices(dataset, indices)?;
    let indices: Vec<usize> = match indices.is_empty() {
        true => first_of_one_class(test, COMPARED),
        false => indices.to_vec(),
    };
    let named = indices.into_iter().map(|index| {
        let mut pixels = vec![0; test.shape().len()];
        test.read(index, &mut pixels)?;
        let class = &dataset.classes[test.label(index)];
        Ok(NamedImage {
            name: format!("{index}: {class}"),
            pixels,
        })
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
                1..=12 => numbers.join(", "),
                count => format!("{count}: {}, ...", numbers[..12].join(", ")),
            },
        ]);
    }
    format!(
        "{rows}\n\nover {images} test images; a dead filter or unit gives the same value for all of them"
    )
}
