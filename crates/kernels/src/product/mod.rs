//! Matrix products whose left side is read where it lies, in tiles that fit the registers.

mod epilogue;
mod operands;
mod tile;

use pulp::Simd;

use self::tile::Tile;

pub use self::epilogue::{Epilogue, WINDOW};
pub use self::operands::{Product, Row};

/// The most rows of a tile: what fits the registers with two vectors of columns each.
fn max_rows<S: Simd>() -> usize {
    if S::REGISTER_COUNT >= 32 { 12 } else { 6 }
}

impl Product<'_> {
    /// Computes `rows` in tiles of nearly the same size: a last tile of a single row would waste
    /// a whole pass over `b`.
    ///
    /// # Panics
    /// When an offset lies outside `a`, `b` or the output, or when [`Epilogue::MaxPool`] is given
    /// rows that are no whole windows.
    #[inline(always)]
    pub fn run<S: Simd>(&self, simd: S, rows: &[Row], epilogue: &mut Epilogue) {
        let unit = match epilogue {
            Epilogue::MaxPool { .. } => WINDOW,
            _ => 1,
        };
        let most = max_rows::<S>() / unit;
        let mut rest = rows;
        for left in (1..=(rows.len() / unit).div_ceil(most)).rev() {
            let (now, later) = rest.split_at((rest.len() / unit).div_ceil(left) * unit);
            rest = later;
            if self.wide {
                self.sized::<S, 2>(simd, now, epilogue);
            } else {
                self.sized::<S, 1>(simd, now, epilogue);
            }
        }
        assert!(rest.is_empty(), "rows are no whole windows");
    }

    #[inline(always)]
    fn sized<S: Simd, const V: usize>(&self, simd: S, rows: &[Row], epilogue: &mut Epilogue) {
        match rows.len() {
            0 => {}
            1 => Tile::<S, 1, V>::run(simd, self, rows, epilogue),
            2 => Tile::<S, 2, V>::run(simd, self, rows, epilogue),
            3 => Tile::<S, 3, V>::run(simd, self, rows, epilogue),
            4 => Tile::<S, 4, V>::run(simd, self, rows, epilogue),
            5 => Tile::<S, 5, V>::run(simd, self, rows, epilogue),
            6 => Tile::<S, 6, V>::run(simd, self, rows, epilogue),
            7 => Tile::<S, 7, V>::run(simd, self, rows, epilogue),
            8 => Tile::<S, 8, V>::run(simd, self, rows, epilogue),
            9 => Tile::<S, 9, V>::run(simd, self, rows, epilogue),
            10 => Tile::<S, 10, V>::run(simd, self, rows, epilogue),
            11 => Tile::<S, 11, V>::run(simd, self, rows, epilogue),
            _ => Tile::<S, 12, V>::run(simd, self, rows, epilogue),
        }
    }
}
