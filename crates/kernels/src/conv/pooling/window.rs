//! Which values of the convolution lie under a pooling window.

use crate::conv::geometry::Geometry;
use crate::spec::PoolKind;

/// A ring of the latest rows of the convolution, `[row % ring][column][channel]`.
#[derive(Clone, Copy)]
pub struct RingLayout {
    /// Rows in the ring.
    pub ring: usize,
    /// Distance between rows; a whole vector fits behind the last position.
    pub row: usize,
    /// Distance between positions; at least the channels.
    pub stride: usize,
}

impl RingLayout {
    /// Offset of a position.
    pub fn at(&self, row: usize, column: usize) -> usize {
        (row % self.ring) * self.row + column * self.stride
    }
}

/// The values under a pooling window.
#[derive(Default)]
pub struct PoolWindow {
    /// Offset of the first channel of each.
    pub offsets: Vec<usize>,
    /// Number of each in the window; padding is left out.
    pub taps: Vec<u32>,
}

impl PoolWindow {
    /// Moves to position `[y, x]` of the output.
    fn set(&mut self, g: &Geometry, layout: RingLayout, y: usize, x: usize) {
        self.offsets.clear();
        self.taps.clear();
        for (tap_y, row) in g.window(0, y) {
            for (tap_x, column) in g.window(1, x) {
                self.offsets.push(layout.at(row, column));
                self.taps.push((tap_y * g.pool.kernel[1] + tap_x) as u32);
            }
        }
    }

    /// Moves from `x - 1` to `x` in row `y`.
    pub fn advance(&mut self, g: &Geometry, layout: RingLayout, y: usize, x: usize) {
        // Away from the border a window is its neighbour, moved by the stride.
        if x > 0 && g.inside(x) && g.inside(x - 1) {
            let step = g.pool.stride[1] * layout.stride;
            self.offsets.iter_mut().for_each(|at| *at += step);
        } else {
            self.set(g, layout, y, x);
        }
    }

    /// Number of values that a mean is divided by.
    pub fn divisor(&self, g: &Geometry) -> f32 {
        let count = match g.pool.kind {
            PoolKind::Average {
                count_include_pad: false,
            } => self.offsets.len(),
            _ => g.pool.kernel[0] * g.pool.kernel[1],
        };
        count as f32
    }
}
