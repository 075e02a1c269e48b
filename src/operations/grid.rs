//! Values on one to three axes: the input and output of an operation.

use std::path::Path;

use super::error::OperationError;

/// Most values of a grid.
pub const MAX_VALUES: usize = 1 << 26;

/// Values on one to three axes: a signal, a picture or matrix, a stack of slices.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// 1: signal, 2: picture or matrix, 3: stack of slices.
    pub rank: usize,
    /// 3 for colour pictures, else 1.
    pub channels: usize,
    /// Depth, height, width; 1 along axes beyond `rank`.
    pub size: [usize; 3],
    /// `[channels, depth, height, width]`
    pub values: Vec<f32>,
}

impl Grid {
    /// # Panics
    /// When the number of values is not the product of the sizes.
    pub fn new(rank: usize, channels: usize, size: [usize; 3], values: Vec<f32>) -> Self {
        assert_eq!(channels * size.iter().product::<usize>(), values.len());
        Self {
            rank,
            channels,
            size,
            values,
        }
    }

    /// A single row or column is a signal, anything else a matrix.
    pub fn matrix(height: usize, width: usize, values: Vec<f32>) -> Self {
        match height.min(width) {
            1 => Self::new(1, 1, [1, 1, height.max(width)], values),
            _ => Self::new(2, 1, [1, height, width], values),
        }
    }

    /// Slices of the same size as one grid; `path` is where they come from.
    ///
    /// # Errors
    /// There are no slices, or their sizes differ.
    pub fn stack(path: &Path, slices: Vec<Self>) -> Result<Self, OperationError> {
        let Some(first) = slices.first() else {
            return Err(OperationError::NoSlices { path: path.into() });
        };
        let [_, height, width] = first.size;
        let depth = slices.len();
        let mut values = Vec::with_capacity(depth * height * width);
        for slice in &slices {
            if slice.size != [1, height, width] {
                return Err(OperationError::SliceSize {
                    path: path.into(),
                    expected: format!("{height}x{width} as the first"),
                    received: format!("{}x{}", slice.size[1], slice.size[2]),
                });
            }
            values.extend_from_slice(&slice.values);
        }
        Ok(Self::new(3, 1, [depth, height, width], values))
    }

    /// The value at `[z, y, x]`; `None` outside the grid.
    pub fn get(&self, channel: usize, [z, y, x]: [isize; 3]) -> Option<f32> {
        let [depth, height, width] = self.size;
        let (z, y, x) = (z.try_into().ok()?, y.try_into().ok()?, x.try_into().ok()?);
        let inside = |at: usize, size: usize| (at < size).then_some(at);
        let (z, y, x) = (inside(z, depth)?, inside(y, height)?, inside(x, width)?);
        self.values
            .get(((channel * depth + z) * height + y) * width + x)
            .copied()
    }

    /// One slice of a channel, row after row.
    pub fn slice(&self, channel: usize, z: usize) -> &[f32] {
        let [depth, height, width] = self.size;
        let len = height * width;
        let start = (channel * depth + z) * len;
        &self.values[start..start + len]
    }

    /// The smallest and the largest value.
    pub fn range(&self) -> [f32; 2] {
        let start = [f32::INFINITY, f32::NEG_INFINITY];
        (self.values.iter()).fold(start, |[low, high], &value| {
            [low.min(value), high.max(value)]
        })
    }

    /// `4`, `5x4` (height x width), `3x5x4` (depth x height x width).
    pub fn size_text(&self) -> String {
        size_text(self.rank, self.size)
    }
}

/// The last `rank` sizes of depth, height, width.
pub fn size_text(rank: usize, size: [usize; 3]) -> String {
    let sides: Vec<String> = size[3 - rank..].iter().map(usize::to_string).collect();
    sides.join("x")
}

/// The name of values on `rank` axes, in messages.
pub fn rank_name(rank: usize) -> &'static str {
    match rank {
        1 => "a signal",
        2 => "a picture or matrix",
        _ => "a stack of slices",
    }
}

/// Number of axes that a window of `size` extends along, at least one.
pub fn rank_of(size: [usize; 3]) -> usize {
    match size {
        [1, 1, _] => 1,
        [1, ..] => 2,
        _ => 3,
    }
}

/// A number with at most four digits after the point, none of them trailing zeros; below 0.001 with
/// an exponent.
pub fn short(value: f32) -> String {
    if value != 0.0 && value.abs() < 1e-3 {
        return format!("{value:.2e}");
    }
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').into()
}
