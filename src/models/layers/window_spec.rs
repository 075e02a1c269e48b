//! How the window of a convolution or pooling is written: `3x3 stride 2 same`.

use burn::nn::PaddingConfig2d;
use kernels::ConvAxis;

use super::tokens::{Tokens, pair};

/// Kernel size, stride, dilation and padding, `[height, width]` each.
#[derive(Debug, Clone, Copy)]
pub struct WindowSpec {
    pub kernel_size: [usize; 2],
    pub stride: [usize; 2],
    pub dilation: [usize; 2],
    padding: [usize; 2],
    same: bool,
}

impl WindowSpec {
    /// Parses the window's size; the stride is 1.
    ///
    /// # Errors
    /// The next word is not a size.
    pub fn of_convolution(tokens: &mut Tokens) -> Result<Self, String> {
        let word = tokens.take().ok_or("expected the window, e.g. 3x3")?;
        let kernel_size = pair(word, 1).ok_or(format!(
            "expected a window such as 3x3, received \"{word}\""
        ))?;
        Ok(Self {
            kernel_size,
            stride: [1, 1],
            dilation: [1, 1],
            padding: [0, 0],
            same: false,
        })
    }

    /// Parses the window's size; the stride is the same, so that windows do not overlap.
    ///
    /// # Errors
    /// The next word is not a size.
    pub fn of_pooling(tokens: &mut Tokens) -> Result<Self, String> {
        let window = Self::of_convolution(tokens)?;
        Ok(Self {
            stride: window.kernel_size,
            ..window
        })
    }

    /// Parses padding and stride, which every window can have. `others` lists what else the layer
    /// accepts, for the error message.
    ///
    /// # Errors
    /// `option` is unknown, or it is not followed by a size.
    pub fn option(
        &mut self,
        option: &str,
        tokens: &mut Tokens,
        others: &str,
    ) -> Result<(), String> {
        match option {
            "same" => self.same = true,
            "valid" => (self.same, self.padding) = (false, [0, 0]),
            "stride" => self.stride = tokens.pair("stride")?,
            "padding" => {
                let expected = "a size such as 1 or 1x2 after \"padding\"";
                self.padding = tokens.read(expected, |word| pair(word, 0))?;
            }
            other => {
                return Err(format!(
                    "\"{other}\" is not understood here; after the window may come same, valid, stride N, padding N{others}"
                ));
            }
        }
        Ok(())
    }

    /// The padding.
    ///
    /// # Errors
    /// "same" is combined with both a stride and a dilation.
    pub fn padding(&self) -> Result<PaddingConfig2d, String> {
        let [height, width] = self.padding;
        match (self.same, self.stride, self.dilation) {
            (false, ..) => Ok(PaddingConfig2d::Explicit(height, width, height, width)),
            // With a stride of 1, "same" padding does not depend on the size of the input.
            (true, [1, 1], dilation) => {
                let [[top, bottom], [left, right]] = [0, 1].map(|axis| {
                    let (kernel, dilation) = (self.kernel_size[axis], dilation[axis]);
                    let axis = ConvAxis {
                        kernel,
                        stride: 1,
                        dilation,
                    };
                    axis.same_padding(1)
                });
                Ok(PaddingConfig2d::Explicit(top, left, bottom, right))
            }
            (true, _, [1, 1]) => Ok(PaddingConfig2d::Same),
            (true, ..) => Err(
                "\"same\" with both a stride and a dilation is not defined; give \"padding N\""
                    .into(),
            ),
        }
    }

    /// The padding of a pooling layer.
    ///
    /// # Errors
    /// As [`padding`](Self::padding), and if a window could cover nothing but padding.
    pub fn padding_of_pooling(&self) -> Result<PaddingConfig2d, String> {
        if !self.same && (0..2).any(|axis| self.padding[axis] * 2 > self.kernel_size[axis]) {
            return Err("padding of a pooling layer may be at most half its window".into());
        }
        self.padding()
    }
}
