//! What commands write: lines on stdout, and pictures.

use std::io::{self, Cursor, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use image::{ImageFormat, RgbImage};

use crate::run::RunFolder;
use crate::storage;

/// Prints a line on stdout; unlike `println!`, a closed pipe is an error and no panic.
pub fn print(text: impl std::fmt::Display) -> Result<()> {
    Ok(writeln!(io::stdout(), "{text}")?)
}

/// The format a picture is written in, by the extension of its name; refuses what must not be
/// replaced.
pub fn picture_format(out: &Path) -> Result<ImageFormat> {
    let extension = out.extension().unwrap_or_default().to_ascii_lowercase();
    let format = match extension.to_str() {
        Some("png") => ImageFormat::Png,
        Some("jpg" | "jpeg") => ImageFormat::Jpeg,
        Some("bmp") => ImageFormat::Bmp,
        Some("webp") => ImageFormat::WebP,
        _ => bail!(
            "--out {}: expected a name that ends in .png, .jpg, .jpeg, .bmp or .webp",
            out.display()
        ),
    };
    check_replaceable(out)?;
    Ok(format)
}

/// Refuses to replace anything but a file.
pub fn check_replaceable(out: &Path) -> Result<()> {
    // Not followed, because it is a link itself that would be replaced.
    match out.symlink_metadata() {
        Ok(metadata) if !metadata.is_file() => bail!(
            "--out {} exists and is a folder, a link or a device, which is never replaced; \
             choose another name",
            out.display()
        ),
        _ => Ok(()),
    }
}

/// Refuses a file in a folder that is not there.
pub fn check_folder_of(out: &Path) -> Result<()> {
    match out.parent() {
        Some(folder) if folder != Path::new("") && !folder.is_dir() => bail!(
            "--out {}: there is no folder {}; make it first",
            out.display(),
            folder.display()
        ),
        _ => Ok(()),
    }
}

/// Writes a picture; `smaller` is how the user can ask for a smaller one.
pub fn write_picture(
    picture: &RgbImage,
    out: &Path,
    format: ImageFormat,
    smaller: &str,
) -> Result<()> {
    let mut encoded = Cursor::new(Vec::new());
    picture.write_to(&mut encoded, format).with_context(|| {
        let (width, height) = picture.dimensions();
        format!(
            "{}: a picture of {width}x{height} pixels cannot be written in this format; \
             choose a name that ends in .png, or {smaller}",
            out.display()
        )
    })?;
    Ok(storage::write(out, &encoded.into_inner())?)
}

/// Writes a picture to the run's folder of figures, and prints where.
pub fn write_figure(run: &RunFolder, name: &str, picture: &RgbImage) -> Result<()> {
    let path = run.figures()?.join(format!("{name}.png"));
    write_picture(picture, &path, ImageFormat::Png, "fewer pictures")?;
    print(format!("written to {}", path.display()))
}
