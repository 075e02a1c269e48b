//! The command line as typed; `commands` turns it into work.

mod data;

use std::path::PathBuf;
use std::sync::OnceLock;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub use data::{CheckArgs, DataCommand, PreviewArgs};

use crate::device;
use crate::device::DeviceChoice;
use crate::pixels::ImageShape;
use crate::report::Language;
use crate::terminal::UiChoice;

/// Train convolutional image classifiers, and use them.
#[derive(Debug, Parser)]
#[command(name = "convlab", version = version(), arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

/// Version and compiled backends.
fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let backends = device::compiled().join(", ");
        format!("{} (backends: {backends})", env!("CARGO_PKG_VERSION"))
    })
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train a network; without a configuration, the built-in quickstart
    Train(TrainArgs),
    /// Measure a trained network on a split of its data
    Evaluate(EvaluateArgs),
    /// Classify pictures with a trained network
    Predict(PredictArgs),
    /// Bring pictures through the steps of a configuration
    Prepare(PrepareArgs),
    /// Look into a trained network
    #[command(subcommand)]
    Inspect(InspectCommand),
    /// Write a page about a run, or compare several on one
    Report(ReportArgs),
    /// Slide a kernel over a picture or over numbers
    Convolve(ConvolveArgs),
    /// Pool a picture or numbers
    Pool(PoolArgs),
    /// List the networks, or describe one layer by layer
    Models(ModelsArgs),
    /// List the data sets, look at one, or download one
    Data(DataArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell to complete in
        shell: Shell,
    },
}

fn batch_size(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(size @ 1..=65_536) => Ok(size),
        _ => Err("expected a whole number from 1 to 65536".into()),
    }
}

#[derive(Debug, Args)]
pub struct DeviceArgs {
    /// Where to compute
    #[arg(long, value_enum, default_value_t)]
    pub device: DeviceChoice,
}

#[derive(Debug, Args)]
pub struct DataDirArgs {
    /// Folder of downloaded data sets [default: $CONVLAB_DATA, else the user's cache folder]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct WeightsDirArgs {
    /// Folder of published weights [default: $CONVLAB_WEIGHTS, else the user's cache folder]
    #[arg(long, value_name = "DIR")]
    pub weights_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct TrainArgs {
    /// Configuration file and section.key=value overrides, e.g. training.epochs=10
    #[arg(value_name = "CONFIG | KEY=VALUE")]
    pub settings: Vec<String>,
    /// Continue the interrupted run in this folder
    #[arg(long, value_name = "RUN")]
    pub resume: Option<PathBuf>,
    /// Folder that holds a folder for each run
    #[arg(
        long,
        value_name = "DIR",
        default_value = "artifacts",
        conflicts_with = "resume"
    )]
    pub artifacts: PathBuf,
    /// Name of the run [default: date-time-model-dataset]
    #[arg(long, conflicts_with = "resume")]
    pub name: Option<String>,
    /// What to show while training
    #[arg(long, value_enum, default_value_t)]
    pub ui: UiChoice,
    /// Language of the report
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
    /// Write no report at the end
    #[arg(long)]
    pub no_report: bool,
    #[command(flatten)]
    pub device: DeviceArgs,
    #[command(flatten)]
    pub data: DataDirArgs,
    #[command(flatten)]
    pub weights: WeightsDirArgs,
}

#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Folders of the runs
    #[arg(value_name = "RUN", required = true, num_args = 1..)]
    pub runs: Vec<PathBuf>,
    /// Language of the page
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
    /// Test images whose journey is shown [default: the first three of the first one's class]
    #[arg(long, value_name = "N,N,...", value_delimiter = ',')]
    pub index: Vec<usize>,
    /// Page to write [default: RUN/report.html, or comparison.html for several runs]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub device: DeviceArgs,
    #[command(flatten)]
    pub data: DataDirArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum SplitChoice {
    Train,
    Valid,
    #[default]
    Test,
}

#[derive(Debug, Args)]
pub struct EvaluateArgs {
    /// Folder of the run
    pub run: PathBuf,
    /// Images to evaluate on
    #[arg(long, value_enum, default_value_t)]
    pub split: SplitChoice,
    /// Images in memory at a time [default: 250, fewer of large images]
    #[arg(long, value_name = "N", value_parser = batch_size)]
    pub batch_size: Option<usize>,
    /// Print the evaluation as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub device: DeviceArgs,
    #[command(flatten)]
    pub data: DataDirArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    #[default]
    Table,
    Csv,
    Json,
}

#[derive(Debug, Args)]
pub struct PredictArgs {
    /// Folder of the run; left out with --imagenet
    #[arg(required_unless_present = "imagenet")]
    pub run: Option<PathBuf>,
    /// Pictures, folders of pictures, or - to read paths from standard input
    #[arg(required_unless_present = "imagenet")]
    pub inputs: Vec<PathBuf>,
    /// Name the ImageNet class instead, with this published network, e.g. resnet18
    #[arg(long, value_name = "NETWORK")]
    pub imagenet: Option<String>,
    /// Weights of that network: a published name, a file, or a run
    #[arg(
        long,
        value_name = "NAME | FILE",
        default_value = "imagenet",
        requires = "imagenet"
    )]
    pub weights: String,
    #[command(flatten)]
    pub weights_dir: WeightsDirArgs,
    /// Number of most likely classes to print
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub top: u16,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Turn dark into light first, for dark drawings on light paper
    #[arg(long)]
    pub invert: bool,
    #[command(flatten)]
    pub device: DeviceArgs,
}

#[derive(Debug, Args)]
pub struct PrepareArgs {
    /// Pictures, folders of pictures, - to read paths from standard input; and section.key=value
    /// overrides, e.g. preprocess.steps='["equalize"]'
    #[arg(value_name = "IMAGE | KEY=VALUE", required = true)]
    pub inputs: Vec<PathBuf>,
    /// Configuration, or config.toml of a run, whose [preprocess] is taken
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder to write PNG files to, under the names of the inputs
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Write every stage side by side in place of the result
    #[arg(long)]
    pub strip: bool,
}

#[derive(Debug, Subcommand)]
pub enum InspectCommand {
    /// Follow pictures through the layers
    Journey {
        /// Folder of the run
        run: PathBuf,
        /// Test images, counted from 0 [default: the first three of the first one's class]
        #[arg(
            long,
            value_name = "N,N,...",
            value_delimiter = ',',
            allow_hyphen_values = true
        )]
        index: Vec<usize>,
        /// Pictures of your own instead
        #[arg(long, value_name = "PICTURE", num_args = 1.., conflicts_with = "index")]
        images: Vec<PathBuf>,
        /// Filter to compare, counted from 0; the last where a layer has fewer
        #[arg(long, value_name = "N", default_value_t = 0)]
        filter: usize,
        #[command(flatten)]
        device: DeviceArgs,
        #[command(flatten)]
        data: DataDirArgs,
    },
    /// Show which pixels speak for a class, and check what such maps are worth
    Explain {
        /// Folder of the run
        run: PathBuf,
        /// Picture, or the number of a test image, counted from 0
        image: PathBuf,
        /// Class to explain, by name or number [default: the one given]
        #[arg(long, value_name = "CLASS")]
        class: Option<String>,
        #[command(flatten)]
        device: DeviceArgs,
        #[command(flatten)]
        data: DataDirArgs,
    },
    /// Draw test images where the network's last features put them
    Embeddings {
        /// Folder of the run
        run: PathBuf,
        /// How features become two dimensions
        #[arg(long, value_enum, default_value_t)]
        projection: Projection,
        /// Test images to draw, from the first
        #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u16).range(4..=10_000))]
        images: u16,
        /// Draw small pictures, not dots
        #[arg(long)]
        thumbnails: bool,
        #[command(flatten)]
        device: DeviceArgs,
        #[command(flatten)]
        data: DataDirArgs,
    },
    /// Draw the first kernels, and what excites the filters of later convolutions
    Filters {
        /// Folder of the run
        run: PathBuf,
        #[command(flatten)]
        device: DeviceArgs,
        #[command(flatten)]
        data: DataDirArgs,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Projection {
    /// Principal components: distances keep their meaning
    #[default]
    Pca,
    /// t-SNE: neighbours stay neighbours
    #[value(name = "t-sne")]
    TSne,
}

#[derive(Debug, Args)]
pub struct WorkedExampleArgs {
    /// Picture, CSV or text file of numbers, folder of slices, or a matrix such as "1 2; 3 4"
    #[arg(allow_hyphen_values = true)]
    pub input: PathBuf,
    /// Show how one value of the output comes about: column, row, slice, counted from 0
    #[arg(
        long,
        value_name = "X[,Y[,Z]]",
        value_delimiter = ',',
        num_args = 1,
        allow_hyphen_values = true
    )]
    pub explain: Option<Vec<usize>>,
    /// Picture before and after, or a .csv of the output's values
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum PaddingChoice {
    /// Zeros around the border; with stride 1 the size stays
    #[default]
    Same,
    /// None: the kernel stays inside
    Valid,
}

#[derive(Debug, Args)]
pub struct ConvolveArgs {
    #[command(flatten)]
    pub example: WorkedExampleArgs,
    /// sharpen, edge-x, edge-y, laplacian, emboss, blur, or weights such as "0 -1 0; -1 5 -1; 0 -1 0"
    #[arg(long, allow_hyphen_values = true)]
    pub kernel: String,
    /// What lies beyond the border
    #[arg(long, value_enum, default_value_t)]
    pub padding: PaddingChoice,
    /// Steps from one position to the next
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub stride: u16,
    /// Steps from one weight to the next
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub dilation: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum PoolChoice {
    /// The largest value of each window
    #[default]
    Max,
    /// The mean of each window
    Average,
}

#[derive(Debug, Args)]
pub struct PoolArgs {
    #[command(flatten)]
    pub example: WorkedExampleArgs,
    /// What is kept of each window
    #[arg(long, value_enum, default_value_t)]
    pub kind: PoolChoice,
    /// Side of a window
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..))]
    pub size: u16,
    /// Steps from one window to the next [default: the size]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub stride: Option<u16>,
}

#[derive(Debug, Args)]
pub struct ModelsArgs {
    /// Network to describe, and model.key=value settings
    #[arg(value_name = "NAME | KEY=VALUE")]
    pub settings: Vec<String>,
    /// Image size as channels x height x width [default: 1x28x28, or that of published weights]
    #[arg(long, value_name = "CxHxW", value_parser = parse_shape)]
    pub input: Option<ImageShape>,
    /// Number of classes [default: 10, or that of published weights]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..))]
    pub classes: Option<u16>,
    /// Print as JSON
    #[arg(long)]
    pub json: bool,
}

fn parse_shape(text: &str) -> Result<ImageShape, String> {
    let sides: Option<Vec<usize>> = (text.split('x'))
        .map(|side| side.parse().ok().filter(|side| (1..=4096).contains(side)))
        .collect();
    match sides.as_deref() {
        Some(&[channels @ 1..=16, height, width]) => Ok(ImageShape::new(channels, height, width)),
        _ => Err("expected channels x height x width, e.g. 3x64x64".into()),
    }
}

#[derive(Debug, Args)]
pub struct DataArgs {
    #[command(subcommand)]
    pub command: Option<DataCommand>,
    #[command(flatten)]
    pub data: DataDirArgs,
    /// Print the list as JSON
    #[arg(long)]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn image_sizes_are_channels_height_width() {
        assert_eq!(parse_shape("3x64x48"), Ok(ImageShape::new(3, 64, 48)));
        for wrong in ["28x28", "0x28x28", "1x28x28x1", "axbxc"] {
            assert!(parse_shape(wrong).is_err(), "{wrong}");
        }
    }
}
