//! How the gradients of weights and images are computed.

use crate::conv::geometry::Geometry;
use crate::conv::panels::{Panels, panel_vectors};
use crate::conv::sparse;

/// How the gradients of weights and images are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// By matrix products over all positions.
    Dense,
    /// By the loops of a depthwise convolution over all positions.
    Depthwise,
    /// From the single values that max pooling passes the gradient to, see [`sparse`].
    Sparse,
}

impl Method {
    /// The fastest for vectors of `lanes` values.
    pub fn choose(g: &Geometry, lanes: usize) -> Self {
        if g.depthwise() {
            Method::Depthwise
        } else if sparse::is_faster(g, lanes) {
            Method::Sparse
        } else {
            Method::Dense
        }
    }

    /// The weight `[out channels, channels / groups, kernel height, kernel width]` as the gradient
    /// of the images needs it: for each group and run
    /// `[output channels of the group][values of the run]`, or a single one for the whole weight.
    pub fn panels(self, g: &Geometry, lanes: usize, kernel: &[f32]) -> Vec<Panels> {
        match self {
            Method::Depthwise => vec![Panels::depthwise(g, lanes, kernel)],
            Method::Sparse => vec![Panels::filters(g, kernel)],
            Method::Dense => (0..g.groups)
                .flat_map(|group| Panels::by_run(g, lanes, group, kernel))
                .collect(),
        }
    }
}

/// Where the sums of the weights' gradient lie. They are in another order than the weight, so
/// that vectors can be added to them.
#[derive(Debug, Clone, Copy)]
pub enum SumLayout {
    /// `[group][panel][tap][output channel of the panel]`
    Dense {
        group_out: usize,
        panels: usize,
        taps: usize,
        width: usize,
    },
    /// `[tap][channel]` with taps `stride` apart.
    Depthwise { stride: usize },
    /// `[output channel][tap]`
    Sparse { taps: usize },
}

impl SumLayout {
    /// The layout for a method and vectors of `lanes` values.
    pub fn new(method: Method, g: &Geometry, lanes: usize) -> Self {
        let taps = g.taps();
        match method {
            Method::Depthwise => SumLayout::Depthwise {
                stride: g.channels.next_multiple_of(lanes),
            },
            Method::Sparse => SumLayout::Sparse { taps },
            Method::Dense => {
                let [_, group_out] = g.group();
                let width = panel_vectors(group_out, lanes) * lanes;
                SumLayout::Dense {
                    group_out,
                    panels: group_out.div_ceil(width),
                    taps,
                    width,
                }
            }
        }
    }

    /// Number of sums.
    pub fn len(self, g: &Geometry) -> usize {
        match self {
            SumLayout::Dense {
                panels,
                taps,
                width,
                ..
            } => g.groups * panels * taps * width,
            SumLayout::Depthwise { stride } => g.run_offsets.len() * stride,
            SumLayout::Sparse { taps } => g.out_channels * taps,
        }
    }

    /// Where the sum of a filter's first tap is, and the distance between its taps.
    pub fn filter(self, filter: usize) -> [usize; 2] {
        match self {
            SumLayout::Dense {
                group_out,
                panels,
                taps,
                width,
            } => {
                let (group, channel) = (filter / group_out, filter % group_out);
                let panel = (group * panels + channel / width) * taps * width;
                [panel + channel % width, width]
            }
            SumLayout::Depthwise { stride } => [filter, stride],
            SumLayout::Sparse { taps } => [filter * taps, 1],
        }
    }
}
