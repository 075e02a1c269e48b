/// Values on one to three axes: a signal, a picture or matrix, a stack of slices.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// 1: signal, 2: picture or matrix, 3: stack of slices.
    pub rank: usize,
    /// 3 for colours, else 1.
    pub channels: usize,
    /// Depth, height, width; 1 along axes that `rank` leaves out.
    pub size: [usize; 3],
    /// `[channels, depth, height, width]`
    pub values: Vec<f32>,
}

impl Grid {
    /// # Panics
    /// When the values are not as many as the sizes say.
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

    /// The value at `[z, y, x]`; `None` beyond the border.
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

/// What values on `rank` axes are called.
pub fn rank_name(rank: usize) -> &'static str {
    match rank {
        1 => "a signal",
        2 => "a picture or matrix",
        _ => "a stack of slices",
    }
}

/// Axes that a window of `size` extends along, at least one.
pub fn rank_of(size: [usize; 3]) -> usize {
    match size {
        [1, 1, _] => 1,
        [1, ..] => 2,
        _ => 3,
    }
}
