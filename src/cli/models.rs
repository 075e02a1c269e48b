//! `convlab models`

use clap::Args;

use crate::pixels::ImageShape;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn image_sizes_are_channels_height_width() {
        assert_eq!(parse_shape("3x64x48"), Ok(ImageShape::new(3, 64, 48)));
        for wrong in ["28x28", "0x28x28", "1x28x28x1", "axbxc"] {
            assert!(parse_shape(wrong).is_err(), "{wrong}");
        }
    }
}
