//! `convlab prepare`

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub struct PrepareArgs {
    /// Pictures, folders of pictures, - to read paths from standard input; and section.key=value
    /// overrides, e.g. preprocess.steps='["equalize"]'
    #[arg(value_name = "IMAGE | KEY=VALUE", required = true)]
    pub inputs: Vec<PathBuf>,
    /// Configuration file with a section [preprocess], e.g. the config.toml of a run
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder to write PNG files to, under the names of the inputs
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Write the picture after every step, side by side, in place of the result
    #[arg(long)]
    pub strip: bool,
}
