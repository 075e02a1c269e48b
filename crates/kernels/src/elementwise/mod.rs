//! Operations on each value of a tensor, whatever its rank and its order in memory.
//!
//! Values are independent of each other, so that special ones need no care: NaN stays NaN.

mod activation;
mod sum;

pub use self::activation::{SavedForBackward, activate, backward};
pub use self::sum::{accumulate, add, adds};

use crate::uninit::UninitSlice;

/// Values that a thread works on at once.
const SHARE: usize = 1 << 15;

/// Values that are written at once: they stay in the first-level cache between being zeroed and being
/// filled.
const PIECE: usize = 1 << 11;

/// Parts of memory that is not initialised, of [`PIECE`] values each.
fn pieces(mut slice: UninitSlice<'_, f32>, len: usize) -> impl Iterator<Item = &mut [f32]> {
    (0..len)
        .step_by(PIECE)
        .map(move |at| slice.split_to(PIECE.min(len - at)).zeroed())
}
