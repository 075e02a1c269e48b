//! One layer of a `sequential` network as a learner writes it: `"conv 32 3x3 same relu"`.

use burn::nn::PaddingConfig2d;

use kernels::Activation;

/// A network to start from, shown where a list of layers is missing.
pub const EXAMPLE: &str =
    r#"["conv 32 3x3 same relu", "max-pool 2x2", "flatten", "dense 128 relu", "dense classes"]"#;

const KINDS: &[&str] = &[
    "conv",
    "batch-norm",
    "relu",
    "tanh",
    "max-pool",
    "avg-pool",
    "global-avg-pool",
    "flatten",
    "dense",
    "dropout",
];

/// A layer as written, before the shape that reaches it is known.
#[derive(Debug, Clone, PartialEq)]
pub enum LayerSpec {
    Conv(SlideSpec, usize, Option<Activation>),
    MaxPool(SlideSpec),
    AveragePool(SlideSpec),
    BatchNorm,
    Activation(Activation),
    GlobalAveragePool,
    Flatten,
    Dense(Units, Option<Activation>),
    Dropout(f64),
}

/// Units of a dense layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Units {
    Count(usize),
    /// `dense classes`: one unit per class of the data set.
    Classes,
}

/// Window of a convolution or pooling layer.
#[derive(Debug, Clone, PartialEq)]
pub struct SlideSpec {
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    pub dilation: [usize; 2],
    pub groups: usize,
    pub padding: PaddingConfig2d,
}

/// Reads one layer.
///
/// # Errors
/// A sentence that says what was expected and what was received.
pub fn parse(text: &str) -> Result<LayerSpec, String> {
    let mut words = Words::new(text);
    let kind = words.next().ok_or("a layer needs a name")?;
    let spec = match kind {
        "conv" => {
            let channels = words.count("the number of output channels, e.g. \"conv 32 3x3\"")?;
            let (slide, activation) = words.slide(Kind::Conv)?;
            LayerSpec::Conv(slide, channels, activation)
        }
        "max-pool" => LayerSpec::MaxPool(words.slide(Kind::MaxPool)?.0),
        "avg-pool" => LayerSpec::AveragePool(words.slide(Kind::AveragePool)?.0),
        "dense" => {
            let units = match words.next() {
                Some("classes") => Units::Classes,
                Some(word) => Units::Count(count(word).ok_or_else(|| {
                    format!("expected the number of units or \"classes\", received \"{word}\"")
                })?),
                None => return Err("expected the number of units or \"classes\"".into()),
            };
            LayerSpec::Dense(units, words.activation())
        }
        "dropout" => LayerSpec::Dropout(words.rate()?),
        "batch-norm" => LayerSpec::BatchNorm,
        "relu" => LayerSpec::Activation(Activation::Relu),
        "tanh" => LayerSpec::Activation(Activation::Tanh),
        "global-avg-pool" => LayerSpec::GlobalAveragePool,
        "flatten" => LayerSpec::Flatten,
        other => {
            let hint = crate::text::did_you_mean(other, KINDS.iter().copied());
            return Err(format!(
                "unknown layer \"{other}\"{hint}; layers are {}",
                KINDS.join(", ")
            ));
        }
    };
    match words.next() {
        None => Ok(spec),
        Some(word) => Err(format!("\"{word}\" is not understood here")),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Conv,
    MaxPool,
    AveragePool,
}

struct Words<'a> {
    words: std::iter::Peekable<std::str::SplitWhitespace<'a>>,
}

impl<'a> Words<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            words: text.split_whitespace().peekable(),
        }
    }

    fn next(&mut self) -> Option<&'a str> {
        self.words.next()
    }

    fn count(&mut self, expected: &str) -> Result<usize, String> {
        let word = self.next().ok_or(format!("expected {expected}"))?;
        count(word).ok_or(format!("expected {expected}, received \"{word}\""))
    }

    fn pair(&mut self, after: &str) -> Result<[usize; 2], String> {
        let expected = format!("a size such as 2 or 2x2 after \"{after}\"");
        let word = self.next().ok_or(format!("expected {expected}"))?;
        pair(word).ok_or(format!("expected {expected}, received \"{word}\""))
    }

    fn activation(&mut self) -> Option<Activation> {
        let activation = match *self.words.peek()? {
            "relu" => Activation::Relu,
            "tanh" => Activation::Tanh,
            _ => return None,
        };
        self.words.next();
        Some(activation)
    }

    fn rate(&mut self) -> Result<f64, String> {
        let expected = "the share of values left out, at least 0 and less than 1, e.g. 0.5";
        let word = self.next().ok_or(format!("expected {expected}"))?;
        (word.parse().ok())
            .filter(|rate| (0.0..1.0).contains(rate))
            .ok_or(format!("expected {expected}, received \"{word}\""))
    }

    fn slide(&mut self, kind: Kind) -> Result<(SlideSpec, Option<Activation>), String> {
        let word = self.next().ok_or("expected the window, e.g. 3x3")?;
        let kernel = pair(word).ok_or(format!(
            "expected a window such as 3x3, received \"{word}\""
        ))?;
        let pooling = kind != Kind::Conv;
        let mut stride = if pooling { kernel } else { [1, 1] };
        let (mut dilation, mut groups) = ([1, 1], 1);
        let (mut same, mut padding) = (false, [0, 0]);
        let mut activation = None;
        while let Some(word) = self.next() {
            match word {
                "same" => same = true,
                "valid" => (same, padding) = (false, [0, 0]),
                "stride" => stride = self.pair("stride")?,
                "padding" => padding = self.padding()?,
                "dilation" if kind != Kind::AveragePool => dilation = self.pair("dilation")?,
                "groups" if !pooling => groups = self.count("a number after \"groups\"")?,
                "relu" if !pooling => activation = Some(Activation::Relu),
                "tanh" if !pooling => activation = Some(Activation::Tanh),
                other => {
                    return Err(format!(
                        "\"{other}\" is not understood here; after the window may come same, valid, stride N, padding N{}",
                        match kind {
                            Kind::Conv => ", dilation N, groups N, relu, tanh",
                            Kind::MaxPool => ", dilation N",
                            Kind::AveragePool => "",
                        }
                    ));
                }
            }
        }
        let padding = match same {
            false if pooling && (0..2).any(|axis| padding[axis] * 2 > kernel[axis]) => {
                return Err("padding of a pooling layer may be at most half its window".into());
            }
            false => PaddingConfig2d::Explicit(padding[0], padding[1], padding[0], padding[1]),
            true => same_padding(kernel, stride, dilation)?,
        };
        let slide = SlideSpec {
            kernel,
            stride,
            dilation,
            groups,
            padding,
        };
        Ok((slide, activation))
    }

    fn padding(&mut self) -> Result<[usize; 2], String> {
        let expected = "a size such as 1 or 1x2 after \"padding\"";
        let word = self.next().ok_or(format!("expected {expected}"))?;
        let parse = |text: &str| text.parse().ok().filter(|&n: &usize| n <= MOST_SIDE);
        match word.split_once('x') {
            Some((h, w)) => parse(h).zip(parse(w)).map(|(h, w)| [h, w]),
            None => parse(word).map(|n| [n, n]),
        }
        .ok_or(format!("expected {expected}, received \"{word}\""))
    }
}

/// Padding that gives `ceil(size / stride)` positions; an odd remainder goes to the end.
fn same_padding(
    kernel: [usize; 2],
    stride: [usize; 2],
    dilation: [usize; 2],
) -> Result<PaddingConfig2d, String> {
    match (stride, dilation) {
        ([1, 1], _) => {
            let [h, w] = [0, 1].map(|axis| dilation[axis] * (kernel[axis] - 1));
            Ok(PaddingConfig2d::Explicit(
                h / 2,
                w / 2,
                h - h / 2,
                w - w / 2,
            ))
        }
        (_, [1, 1]) => Ok(PaddingConfig2d::Same),
        _ => Err(
            "\"same\" with both a stride and a dilation is not defined; give \"padding N\"".into(),
        ),
    }
}

fn count(text: &str) -> Option<usize> {
    text.parse().ok().filter(|n| (1..=65_536).contains(n))
}

/// Sides of a window, stride or dilation.
fn pair(text: &str) -> Option<[usize; 2]> {
    let side = |text: &str| count(text).filter(|&side| side <= MOST_SIDE);
    match text.split_once('x') {
        Some((height, width)) => Some([side(height)?, side(width)?]),
        None => side(text).map(|n| [n, n]),
    }
}

/// A larger window is a slip of the keyboard.
const MOST_SIDE: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn conv(text: &str) -> SlideSpec {
        match parse(text) {
            Ok(LayerSpec::Conv(slide, ..)) => slide,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_convolution_reads_all_its_settings() {
        let slide = conv("conv 16 3x5 stride 2 dilation 2x1 groups 4 padding 1x2 relu");
        assert_eq!(slide.kernel, [3, 5]);
        assert_eq!(slide.stride, [2, 2]);
        assert_eq!(slide.dilation, [2, 1]);
        assert_eq!(slide.groups, 4);
        assert_eq!(slide.padding, PaddingConfig2d::Explicit(1, 2, 1, 2));
    }

    #[test]
    fn same_padding_keeps_the_size_also_with_dilation_and_even_kernels() {
        assert_eq!(
            conv("conv 1 3x3 dilation 2 same").padding,
            PaddingConfig2d::Explicit(2, 2, 2, 2)
        );
        assert_eq!(
            conv("conv 1 2x2 same").padding,
            PaddingConfig2d::Explicit(0, 0, 1, 1)
        );
    }

    #[test]
    fn pooling_strides_by_its_window_unless_told_otherwise() {
        let Ok(LayerSpec::MaxPool(slide)) = parse("max-pool 3x3 stride 2") else {
            panic!("not a pooling layer")
        };
        assert_eq!((slide.kernel, slide.stride), ([3, 3], [2, 2]));
        let Ok(LayerSpec::AveragePool(slide)) = parse("avg-pool 2") else {
            panic!("not a pooling layer")
        };
        assert_eq!(slide.stride, [2, 2]);
    }

    #[test]
    fn mistakes_are_named_with_what_was_expected() {
        for (text, expected) in [
            ("cnov 3 3x3", "did you mean \"conv\""),
            ("conv 3x3", "number of output channels"),
            ("conv 32", "expected the window"),
            ("conv 32 3x0", "a window such as 3x3"),
            ("conv 32 3x3 stide 2", "\"stide\" is not understood"),
            ("dense", "number of units or \"classes\""),
            ("dense many", "received \"many\""),
            ("dropout 1.5", "less than 1"),
            ("flatten now", "\"now\" is not understood"),
            ("max-pool 2x2 padding 2", "at most half its window"),
            ("", "a layer needs a name"),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
