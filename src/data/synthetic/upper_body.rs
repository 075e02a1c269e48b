//! The cut of garments worn above the waist.

use super::{
    canvas::Canvas,
    fabric::Fabric,
    ink::Ink,
    outline::{Corner, mirrored},
};

/// Measures of anything worn above the waist, in model units; `y` runs from the collar down.
pub(super) struct Cut {
    pub neck: f32,
    pub shoulder: f32,
    pub waist: f32,
    pub hem: f32,
    pub length: f32,
    /// Where the sleeve ends, at the outside of the arm.
    pub cuff: (f32, f32),
    pub sleeve_width: f32,
}

/// Height of the shoulders of anything worn above the waist, in model units.
pub const TOP: f32 = -0.86;

impl Cut {
    /// The end of the sleeve at the inside of the arm: the cuff is cut square to the sleeve.
    fn inner_cuff(&self) -> (f32, f32) {
        let (x, y) = self.cuff;
        let (along_x, along_y) = (x - self.shoulder, y - TOP - 0.12);
        let reach = (along_x * along_x + along_y * along_y).sqrt().max(0.01);
        let width = self.sleeve_width / reach;
        (x - width * along_y, y + width * along_x)
    }

    /// Where sleeve and body meet below the arm.
    fn armpit(&self) -> (f32, f32) {
        (self.shoulder - 0.06, TOP + 0.24 + self.sleeve_width)
    }

    /// The silhouette, with a neckline that dips by `neckline`.
    pub fn outline(&self, neckline: f32) -> Vec<Corner> {
        let (cuff_x, cuff_y) = self.cuff;
        let (inner_x, inner_y) = self.inner_cuff();
        let (armpit_x, armpit_y) = self.armpit();
        mirrored(&[
            (0.0, TOP + neckline, 0.9),
            (self.neck, TOP, 0.1),
            (self.shoulder, TOP + 0.12, 0.35),
            (cuff_x, cuff_y, 0.1),
            (inner_x, inner_y, 0.1),
            (armpit_x, armpit_y, 0.3),
            (self.waist, (armpit_y + self.length) / 2.0, 0.8),
            (self.hem, self.length, 0.1),
            (0.0, self.length + 0.02, 0.5),
        ])
    }

    /// Shadows between the arms and the body, which keep sleeves apart that lie against it.
    pub fn seams(&self, canvas: &mut Canvas) {
        const SHADOW: Ink = Ink::grey(0.0).opacity(0.7);
        let (x, y) = self.armpit();
        let (inner_x, inner_y) = self.inner_cuff();
        for side in [-1.0, 1.0] {
            let seam = [(side * x, y - 0.1, 0.0), (side * inner_x, inner_y, 0.0)];
            canvas.stroke(&seam, 0.05, SHADOW);
        }
    }

    /// Bands at the ends of both sleeves.
    pub fn cuffs(&self, canvas: &mut Canvas, width: f32, paint: &Fabric) {
        let (x, y) = self.cuff;
        let (inner_x, inner_y) = self.inner_cuff();
        for side in [-1.0, 1.0] {
            let cuff = [
                (side * (x - 0.03), y - 0.03, 0.0),
                (side * (inner_x + 0.03), inner_y - 0.03, 0.0),
            ];
            canvas.stroke(&cuff, width, paint);
        }
    }
}
