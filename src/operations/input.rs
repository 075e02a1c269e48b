//! Reading grids: pictures, files of numbers, folders of slices.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::error::OperationError;
use super::grid::{Grid, MAX_VALUES};
use super::numbers::numbers;
use crate::data::decoding::{decode_whole, has_image_extension};
use crate::data::{DataError, ImageFileError};

/// Most bytes of a text file.
const MOST_BYTES: u64 = 512 << 20;
/// File name extensions of numbers, lower case.
const TEXT: [&str; 4] = ["csv", "tsv", "txt", "dat"];

/// A grid, and whether its values are grey levels.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    pub grid: Grid,
    /// Values are grey levels from 0 to 255, not numbers of any size.
    pub is_picture: bool,
}

/// Reads a picture, a CSV or text file of numbers, a folder of either as slices in the order of
/// their names, or the numbers themselves, `1 2 3; 4 5 6`. A single row or column is a signal.
///
/// # Errors
/// There is no such file, it is neither picture nor numbers, rows or slices differ in size, or
/// there are more than 67,108,864 values.
pub fn read(input: &Path) -> Result<Input, OperationError> {
    let input = if input.is_dir() {
        read_folder(input)?
    } else if input.exists() {
        read_file(input)?
    } else {
        let text = input.to_string_lossy();
        let rows = text.split(';').flat_map(|row| row.split(" / "));
        let (height, width, values) = match numbers("the input", rows) {
            // A single number or fraction is more likely a path that does not exist.
            Ok((1, 1, _)) | Err(OperationError::NotANumber { .. }) => {
                Err(OperationError::NoInput {
                    input: text.into_owned(),
                })
            }
            result => result,
        }?;
        Input {
            grid: Grid::matrix(height, width, values),
            is_picture: false,
        }
    };
    Ok(input)
}

fn read_file(path: &Path) -> Result<Input, OperationError> {
    if !is_text(path) {
        let (shape, values) = decode_whole(path)?;
        let values: Vec<f32> = values.into_iter().map(f32::from).collect();
        check_size(path, values.len())?;
        return Ok(Input {
            grid: Grid::new(2, shape.channels, [1, shape.height, shape.width], values),
            is_picture: true,
        });
    }
    let failed = |source| OperationError::Read {
        path: path.into(),
        source,
    };
    let metadata = path.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(DataError::from(ImageFileError::NotAFile { path: path.into() }).into());
    }
    let mut text = String::new();
    let file = File::open(path).map_err(failed)?;
    (file.take(MOST_BYTES).read_to_string(&mut text)).map_err(failed)?;
    if text.len() as u64 == MOST_BYTES {
        return Err(OperationError::TooLarge {
            input: path.display().to_string(),
            values: usize::try_from(metadata.len()).unwrap_or(usize::MAX) / 2,
            limit: MAX_VALUES,
        });
    }
    let text = text.trim_start_matches('\u{feff}');
    let (height, width, values) = numbers(&path.to_string_lossy(), text.lines())?;
    check_size(path, values.len())?;
    Ok(Input {
        grid: Grid::matrix(height, width, values),
        is_picture: false,
    })
}

fn is_text(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    TEXT.iter().any(|known| extension == *known)
}

/// Orders `slice2` before `slice10`.
fn natural(name: &str) -> Vec<(String, u64)> {
    let mut parts = vec![(String::new(), 0u64)];
    for c in name.chars() {
        let last = parts.len() - 1;
        match c.to_digit(10) {
            Some(digit) => parts[last].1 = parts[last].1.saturating_mul(10) + u64::from(digit),
            None if parts[last].1 > 0 => parts.push((c.into(), 0)),
            None => parts[last].0.push(c),
        }
    }
    parts
}

fn read_folder(folder: &Path) -> Result<Input, OperationError> {
    let failed = |source| OperationError::Read {
        path: folder.into(),
        source,
    };
    let mut files: Vec<PathBuf> = (fs::read_dir(folder).map_err(failed)?)
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(failed)?;
    files.retain(|path| path.is_file() && (has_image_extension(path) || is_text(path)));
    files.sort_by_cached_key(|path| natural(&path.to_string_lossy()));
    let mut slices = Vec::with_capacity(files.len());
    let mut is_picture = true;
    let mut total = 0;
    for path in &files {
        let slice = read_file(path)?;
        is_picture &= slice.is_picture;
        let grey = grey(slice.grid);
        total += grey.values.len();
        check_size(folder, total)?;
        slices.push(grey);
    }
    if slices.is_empty() {
        return Err(OperationError::NoSlices {
            path: folder.into(),
        });
    }
    Ok(Input {
        grid: Grid::stack(folder, slices)?,
        is_picture,
    })
}

/// Luma by Rec. 709, as everywhere in this program.
fn grey(grid: Grid) -> Grid {
    let [.., height, width] = grid.size;
    let values = match grid.channels {
        3 => {
            let [red, green, blue] = [0, 1, 2].map(|channel| grid.slice(channel, 0));
            (red.iter().zip(green).zip(blue))
                .map(|((red, green), blue)| 0.2126 * red + 0.7152 * green + 0.0722 * blue)
                .collect()
        }
        _ => grid.values,
    };
    Grid::new(2, 1, [1, height, width], values)
}

fn check_size(path: &Path, values: usize) -> Result<(), OperationError> {
    if values <= MAX_VALUES {
        return Ok(());
    }
    Err(OperationError::TooLarge {
        input: path.display().to_string(),
        values,
        limit: MAX_VALUES,
    })
}
