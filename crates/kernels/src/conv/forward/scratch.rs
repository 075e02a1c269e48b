//! Memory of a thread.

use std::ops::Range;

use crate::buffer::Buffer;
use crate::conv::pooling::PoolWindow;
use crate::product::Row;

/// Memory that a thread uses again and again.
#[derive(Default)]
pub struct ForwardScratch {
    /// Rows of the padded image, channels-last.
    pub image: Buffer,
    /// Rows of the convolution before pooling.
    pub rows: Buffer,
    pub positions: Vec<Row>,
    /// Four positions for each 2x2 window.
    pub windows: Vec<Row>,
    /// Rows of the output that `windows` belong to.
    pub windows_of: Option<Range<usize>>,
    pub window: PoolWindow,
}
