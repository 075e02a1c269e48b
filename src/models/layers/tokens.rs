//! A layer as it is written in the configuration, word by word: `conv 32 3x3 same relu`.

/// The words of a layer that are yet to be read.
pub struct Tokens<'a> {
    tokens: std::iter::Peekable<std::str::SplitWhitespace<'a>>,
}

impl<'a> Tokens<'a> {
    pub fn new(text: &'a str) -> Self {
        Self {
            tokens: text.split_whitespace().peekable(),
        }
    }

    /// Takes the next word.
    pub fn take(&mut self) -> Option<&'a str> {
        self.tokens.next()
    }

    /// Takes the next word if `known` recognises it.
    pub fn take_if<T>(&mut self, known: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let value = known(self.tokens.peek()?)?;
        self.tokens.next();
        Some(value)
    }

    /// Takes the next word and converts it with `read`.
    ///
    /// # Errors
    /// There is no next word, or `read` does not recognise it. The message names what is `expected`.
    pub fn read<T>(
        &mut self,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, String> {
        let word = self.take().ok_or(format!("expected {expected}"))?;
        read(word).ok_or(format!("expected {expected}, received \"{word}\""))
    }

    /// A whole number from 1 to 65536.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn count(&mut self, expected: &str) -> Result<usize, String> {
        self.read(expected, count)
    }

    /// `[height, width]` after the word `after`; one number stands for both.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn pair(&mut self, after: &str) -> Result<[usize; 2], String> {
        self.read(
            &format!("a size such as 2 or 2x2 after \"{after}\""),
            |word| pair(word, 1),
        )
    }
}

/// A whole number from 1 to 65536.
pub fn count(word: &str) -> Option<usize> {
    word.parse().ok().filter(|n| (1..=65_536).contains(n))
}

/// Largest side of a window, stride, dilation or padding, in pixels: anything larger is taken for a
/// typing error.
const MAX_SIDE: usize = 256;

/// `2` or `2x3`, sides of at least `min`.
pub fn pair(word: &str, min: usize) -> Option<[usize; 2]> {
    let side = |text: &str| text.parse().ok().filter(|n| (min..=MAX_SIDE).contains(n));
    match word.split_once('x') {
        Some((height, width)) => Some([side(height)?, side(width)?]),
        None => side(word).map(|n| [n, n]),
    }
}
