//! Tables of classes: the name of each, and the function that draws it.

use rand_chacha::ChaCha8Rng;

use super::canvas::Canvas;

/// Draws one class onto a canvas.
pub(super) type DrawClass = fn(&mut Canvas, &mut ChaCha8Rng);

/// The class names of a table of classes.
pub(super) const fn names<const N: usize>(
    table: &[(&'static str, DrawClass); N],
) -> [&'static str; N] {
    let mut names = [""; N];
    let mut index = 0;
    while index < N {
        names[index] = table[index].0;
        index += 1;
    }
    names
}
