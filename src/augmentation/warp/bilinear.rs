//! Positions in fixed-point numbers, and the value between four pixels.

/// Fractional bits of a position: rounding the step between two pixels moves the last of 65,535
/// by less than a hundred-thousandth of a pixel.
pub const FRACTION: u32 = 32;
/// Bits of a weight; the product of two weights and a grey level fits 32 bits.
const WEIGHT: u32 = 11;

/// The weights of the pixels to the right of a position and below it; those to the left and above have
/// the rest.
#[inline(always)]
pub fn weights([x, y]: [i64; 2]) -> [i32; 2] {
    let weight = |at: i64| ((at as u32) >> (FRACTION - WEIGHT)) as i32;
    [weight(x), weight(y)]
}

/// The value between the pixels above left, above right, below left and below right.
#[inline(always)]
pub fn blend([above_left, above_right, below_left, below_right]: [u8; 4], weights: [i32; 2]) -> u8 {
    let [right, down] = weights;
    // Not `array::map`: the compiler does not always inline its closure.
    let along = |left: u8, next: u8| {
        (i32::from(left) << WEIGHT) + (i32::from(next) - i32::from(left)) * right
    };
    let (above, below) = (
        along(above_left, above_right),
        along(below_left, below_right),
    );
    let sum = (above << WEIGHT) + (below - above) * down;
    ((sum + (1 << (2 * WEIGHT - 1))) >> (2 * WEIGHT)) as u8
}
