//! Convolution arithmetic: sizes and padding along one axis, after Dumoulin and Visin, "A guide
//! to convolution arithmetic for deep learning" (arXiv 1603.07285).

/// One axis of a convolution or pooling: the kernel and how it slides. All three are at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConvAxis {
    /// Values of the kernel along the axis.
    pub kernel: usize,
    /// Distance between neighbouring positions of the kernel.
    pub stride: usize,
    /// Distance between neighbouring values of the kernel; 1 where it has no gaps.
    pub dilation: usize,
}

impl ConvAxis {
    /// The effective kernel size, from its first to its last value:
    /// `dilation * (kernel - 1) + 1` (section 5.1 of the guide).
    pub fn effective_kernel(self) -> usize {
        self.dilation * (self.kernel - 1) + 1
    }

    /// Positions of the kernel on an input of `size` values with `padding` zeros, both sides
    /// together: `floor((size + padding - effective_kernel) / stride) + 1` (relationship 15).
    ///
    /// `None` where the kernel does not fit once.
    pub fn output_size(self, size: usize, padding: usize) -> Option<usize> {
        let room = (size + padding).checked_sub(self.effective_kernel())?;
        Some(room / self.stride + 1)
    }

    /// Values of the padded input that `positions` positions of the kernel reach from the first
    /// on: `(positions - 1) * stride + effective_kernel`, or 0 where there is no position.
    pub fn input_size(self, positions: usize) -> usize {
        match positions.checked_sub(1) {
            Some(steps) => steps * self.stride + self.effective_kernel(),
            None => 0,
        }
    }

    /// Zeros before and after an input of `size` values, as few as give `ceil(size / stride)`
    /// positions; an odd one goes to the end.
    ///
    /// This is TensorFlow's and Keras's "same" padding. With stride 1 it keeps the size, "half
    /// padding" in the guide. Burn's `PaddingConfig2d::Same` gives the same as long as dilation
    /// is 1; it leaves dilation out.
    pub fn same_padding(self, size: usize) -> [usize; 2] {
        let needed = self.input_size(size.div_ceil(self.stride));
        let total = needed.saturating_sub(size);
        [total / 2, total - total / 2]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::ConvAxis;

    fn axis(kernel: usize, stride: usize, dilation: usize) -> ConvAxis {
        ConvAxis {
            kernel,
            stride,
            dilation,
        }
    }

    /// Figures 2.1 to 2.7 and 5.1 of the guide: kernel, stride, dilation, size, padding, output.
    #[test]
    fn the_guides_examples_have_the_guides_sizes() {
        for (kernel, stride, dilation, size, padding, output) in [
            (3, 1, 1, 4, 0, 2), // no padding, unit strides
            (4, 1, 1, 5, 4, 6), // arbitrary padding
            (3, 1, 1, 5, 2, 5), // half padding
            (3, 1, 1, 5, 4, 7), // full padding
            (3, 2, 1, 5, 0, 2), // no padding, strides
            (3, 2, 1, 5, 2, 3), // padding, strides
            (3, 2, 1, 6, 2, 3), // the last row is not reached
            (3, 1, 2, 7, 0, 3), // dilated
        ] {
            let axis = axis(kernel, stride, dilation);
            assert_eq!(axis.output_size(size, padding), Some(output), "{axis:?}");
        }
    }

    #[test]
    fn a_kernel_larger_than_the_padded_input_has_no_position() {
        assert_eq!(axis(5, 1, 1).output_size(4, 0), None);
        assert_eq!(axis(3, 1, 2).output_size(4, 0), None);
        assert_eq!(axis(3, 1, 2).output_size(4, 1), Some(1));
    }

    /// What TensorFlow pads: an odd zero at the end, and none where the stride skips the rest.
    #[test]
    fn same_padding_puts_an_odd_zero_at_the_end() {
        assert_eq!(axis(3, 1, 1).same_padding(28), [1, 1]);
        assert_eq!(axis(2, 1, 1).same_padding(28), [0, 1]);
        assert_eq!(axis(3, 2, 1).same_padding(224), [0, 1]);
        assert_eq!(axis(3, 2, 1).same_padding(225), [1, 1]);
        assert_eq!(axis(7, 2, 1).same_padding(224), [2, 3]);
        assert_eq!(axis(1, 2, 1).same_padding(9), [0, 0]);
        assert_eq!(axis(3, 1, 2).same_padding(7), [2, 2]);
        assert_eq!(axis(3, 1, 1).same_padding(0), [0, 0]);
    }

    proptest! {
        #[test]
        fn positions_are_those_that_fit(
            kernel in 1..9_usize, stride in 1..5_usize, dilation in 1..4_usize,
            size in 0..40_usize, padding in 0..9_usize,
        ) {
            let axis = axis(kernel, stride, dilation);
            let last = |start: usize| start + dilation * (kernel - 1);
            let fit = (0..).step_by(stride).take_while(|&start| last(start) < size + padding);
            let count = fit.count();
            prop_assert_eq!(axis.output_size(size, padding), (count > 0).then_some(count));
        }

        #[test]
        fn same_padding_is_the_least_that_gives_a_position_per_stride(
            kernel in 1..9_usize, stride in 1..5_usize, dilation in 1..4_usize,
            size in 1..40_usize,
        ) {
            let axis = axis(kernel, stride, dilation);
            let [before, after] = axis.same_padding(size);
            let total = before + after;
            prop_assert_eq!(axis.output_size(size, total), Some(size.div_ceil(stride)));
            if total > 0 {
                prop_assert_ne!(axis.output_size(size, total - 1), Some(size.div_ceil(stride)));
            }
            prop_assert!(after == before || after == before + 1);
        }
    }
}
