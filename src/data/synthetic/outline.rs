//! Outlines as lists of corners, and the shapes that are needed often.

/// A corner of an outline: `x`, `y` in model coordinates, and how much of the way to its
/// neighbours is rounded off, from 0 (sharp) to 1 (a smooth curve through the edges' midpoints).
pub type Corner = (f32, f32, f32);

/// An octagon whose rounded corners make an ellipse.
pub fn ellipse((x, y): (f32, f32), (wide, high): (f32, f32)) -> [Corner; 8] {
    /// tan(pi / 8): the corners of a regular octagon around the unit circle.
    const NEAR: f32 = 0.414_213_56;
    let corners = [(NEAR, -1.0), (1.0, -NEAR), (1.0, NEAR), (NEAR, 1.0)];
    let other_side = corners.map(|(across, down)| (-across, -down));
    let place = |(across, down): (f32, f32)| (x + wide * across, y + high * down, 1.0);
    let ([a, b, c, d], [e, f, g, h]) = (corners.map(place), other_side.map(place));
    [a, b, c, d, e, f, g, h]
}

/// The outline of a straight line with round ends.
pub fn capsule((x, y): (f32, f32), (to_x, to_y): (f32, f32), width: f32) -> [Corner; 8] {
    let (dx, dy) = (to_x - x, to_y - y);
    let scale = width / 2.0 / (dx * dx + dy * dy).sqrt().max(f32::EPSILON);
    // Half a width along the line; turned by a quarter, half a width across it.
    let (along_x, along_y) = (dx * scale, dy * scale);
    let corner = |(x, y): (f32, f32), along: f32, across: f32, round: f32| {
        (
            x + along_x * along - along_y * across,
            y + along_y * along + along_x * across,
            round,
        )
    };
    let (from, to) = ((x, y), (to_x, to_y));
    [
        corner(from, 0.0, -1.0, 0.0),
        corner(to, 0.0, -1.0, 0.0),
        corner(to, 1.0, -1.0, 1.0),
        corner(to, 1.0, 1.0, 1.0),
        corner(to, 0.0, 1.0, 0.0),
        corner(from, 0.0, 1.0, 0.0),
        corner(from, -1.0, 1.0, 1.0),
        corner(from, -1.0, -1.0, 1.0),
    ]
}

/// A closed outline from its right half, which runs from the top of the axis to the bottom.
pub fn mirrored(right: &[Corner]) -> Vec<Corner> {
    let left = right.iter().rev().filter(|corner| corner.0 != 0.0);
    right
        .iter()
        .copied()
        .chain(left.map(|&(x, y, round)| (-x, y, round)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirrored_outline_is_symmetric_and_shares_the_corners_on_the_axis() {
        let outline = mirrored(&[(0.0, -1.0, 0.0), (0.5, 0.0, 0.2), (0.0, 1.0, 0.0)]);
        assert_eq!(
            outline,
            [
                (0.0, -1.0, 0.0),
                (0.5, 0.0, 0.2),
                (0.0, 1.0, 0.0),
                (-0.5, 0.0, 0.2)
            ]
        );
    }
}
