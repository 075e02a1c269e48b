//! Rotation, zoom, shear, shift and flips as one affine map of the plane.

/// `x' = a x + b y + c`, `y' = d x + e y + f`: where a point of the image is moved to, in pixels, with
/// the centre of the first pixel at the origin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine {
    /// `[[a, b, c], [d, e, f]]`
    pub matrix: [[f64; 3]; 2],
}

impl Affine {
    pub const IDENTITY: Self = Self::linear([[1.0, 0.0], [0.0, 1.0]]);

    const fn linear([[a, b], [d, e]]: [[f64; 2]; 2]) -> Self {
        Self {
            matrix: [[a, b, 0.0], [d, e, 0.0]],
        }
    }

    /// A rotation about the origin, counterclockwise on a screen.
    pub fn rotation(degrees: f64) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        Self::linear([[cos, sin], [-sin, cos]])
    }

    /// `x` grows by `across` times `y`, `y` by `down` times `x`.
    pub fn shear(across: f64, down: f64) -> Self {
        Self::linear([[1.0, across], [down, 1.0]])
    }

    /// Away from the origin by a factor for each axis; a negative one flips it.
    pub fn scale(x: f64, y: f64) -> Self {
        Self::linear([[x, 0.0], [0.0, y]])
    }

    /// To the right and down.
    pub fn shift(x: f64, y: f64) -> Self {
        Self {
            matrix: [[1.0, 0.0, x], [0.0, 1.0, y]],
        }
    }

    /// This map, then `next`.
    pub fn then(self, next: Self) -> Self {
        let [one, two] = self.matrix;
        Self {
            matrix: next.matrix.map(|[a, b, c]| {
                [
                    a * one[0] + b * two[0],
                    a * one[1] + b * two[1],
                    a * one[2] + b * two[2] + c,
                ]
            }),
        }
    }

    /// This map with `[x, y]` in the place of the origin.
    pub fn about(self, [x, y]: [f64; 2]) -> Self {
        Self::shift(-x, -y).then(self).then(Self::shift(x, y))
    }

    /// Where a point comes from; `None` where the map turns the plane into a line or a point.
    pub fn inverse(self) -> Option<Self> {
        let [[a, b, c], [d, e, f]] = self.matrix;
        let determinant = a * e - b * d;
        if determinant.is_nan() || determinant.abs() <= 1e-12 {
            return None;
        }
        let [a, b, d, e] = [e, -b, -d, a].map(|value| value / determinant);
        Some(Self {
            matrix: [[a, b, -(a * c + b * f)], [d, e, -(d * c + e * f)]],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(one: Affine, other: Affine) {
        let pairs = one
            .matrix
            .iter()
            .flatten()
            .zip(other.matrix.iter().flatten());
        for (one, other) in pairs {
            assert!((one - other).abs() < 1e-12, "{one} instead of {other}");
        }
    }

    #[test]
    fn a_map_and_its_inverse_leave_everything_where_it_is() {
        let map = Affine::scale(-0.7, 1.3)
            .then(Affine::shear(0.3, -0.1))
            .then(Affine::rotation(33.0))
            .then(Affine::shift(5.5, -2.0))
            .about([13.5, 9.5]);
        assert_close(map.then(map.inverse().unwrap()), Affine::IDENTITY);
        assert!(Affine::scale(0.0, 1.0).inverse().is_none());
    }

    #[test]
    fn maps_are_done_in_the_order_they_are_named() {
        let map = Affine::scale(2.0, 2.0).then(Affine::shift(1.0, 0.0));
        assert_eq!(map.matrix, [[2.0, 0.0, 1.0], [0.0, 2.0, 0.0]]);
    }

    #[test]
    fn a_quarter_turn_takes_right_to_the_top() {
        assert_close(
            Affine::rotation(90.0),
            Affine::linear([[0.0, 1.0], [-1.0, 0.0]]),
        );
    }
}
