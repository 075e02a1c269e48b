//! A window that slides along height and width, as in convolutions and pooling.

use burn::nn::PaddingConfig2d;
use kernels::ConvAxis;

/// Kernel, stride, dilation and padding of a convolution or pooling, `[height, width]` each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlidingWindow {
    pub kernel_size: [usize; 2],
    pub stride: [usize; 2],
    pub dilation: [usize; 2],
    pub padding: Padding,
}

/// Padding of a [`SlidingWindow`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// Zeros at `[top, left, bottom, right]`.
    Explicit([usize; 4]),
    /// As few zeros as give `ceil(size / stride)` positions.
    Same,
}

impl SlidingWindow {
    fn axes(&self) -> [ConvAxis; 2] {
        [0, 1].map(|axis| ConvAxis {
            kernel: self.kernel_size[axis],
            stride: self.stride[axis],
            dilation: self.dilation[axis],
        })
    }

    /// Zeros at `[top, left, bottom, right]` of an input of `size`, `[height, width]`.
    pub fn zeros(&self, size: [usize; 2]) -> [usize; 4] {
        match self.padding {
            Padding::Explicit(zeros) => zeros,
            Padding::Same => {
                let [rows, columns] = self.axes();
                let [top, bottom] = rows.same_padding(size[0]);
                let [left, right] = columns.same_padding(size[1]);
                [top, left, bottom, right]
            }
        }
    }

    /// Positions of the window along height and width, or `None` where it does not fit once.
    pub fn output(&self, size: [usize; 2]) -> Option<[usize; 2]> {
        let [top, left, bottom, right] = self.zeros(size);
        let [rows, columns] = self.axes();
        let height = rows.output_size(size[0], top + bottom)?;
        Some([height, columns.output_size(size[1], left + right)?])
    }

    /// Zeros `[above and below, left and right]`, where opposite sides have as many.
    pub fn symmetric_padding(&self) -> Option<[usize; 2]> {
        match self.padding {
            Padding::Explicit([top, left, bottom, right]) if top == bottom && left == right => {
                Some([top, left])
            }
            _ => None,
        }
    }
}

impl From<&PaddingConfig2d> for Padding {
    fn from(padding: &PaddingConfig2d) -> Self {
        match *padding {
            PaddingConfig2d::Valid => Padding::Explicit([0; 4]),
            PaddingConfig2d::Explicit(top, left, bottom, right) => {
                Padding::Explicit([top, left, bottom, right])
            }
            PaddingConfig2d::Same => Padding::Same,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(kernel_size: usize, stride: usize, dilation: usize, padding: usize) -> SlidingWindow {
        SlidingWindow {
            kernel_size: [kernel_size; 2],
            stride: [stride; 2],
            dilation: [dilation; 2],
            padding: Padding::Explicit([padding; 4]),
        }
    }

    #[test]
    fn output_sizes_follow_the_convolution_arithmetic() {
        assert_eq!(window(3, 1, 1, 0).output([28, 28]), Some([26, 26]));
        assert_eq!(window(5, 1, 1, 2).output([28, 28]), Some([28, 28]));
        assert_eq!(window(2, 2, 1, 0).output([13, 11]), Some([6, 5]));
        assert_eq!(window(3, 2, 2, 1).output([9, 9]), Some([4, 4]));
    }

    #[test]
    fn a_window_larger_than_the_image_does_not_fit() {
        assert_eq!(window(5, 1, 1, 0).output([4, 9]), None);
        assert_eq!(window(5, 1, 1, 1).output([4, 9]), Some([2, 7]));
    }

    #[test]
    fn same_padding_gives_the_size_divided_by_the_stride_rounded_up() {
        for (kernel_size, stride, size) in [(3, 2, 7), (2, 3, 9), (1, 4, 6), (5, 1, 3)] {
            let padding = Padding::Same;
            let window = SlidingWindow {
                padding,
                ..window(kernel_size, stride, 1, 0)
            };
            let expected = usize::div_ceil(size, stride);
            assert_eq!(window.output([size, size]), Some([expected; 2]));
        }
    }
}
