//! The ten classes of Fashion-MNIST as cut-out silhouettes, light on black.
//!
//! Names, order and viewpoint follow Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017,
//! <https://arxiv.org/abs/1708.07747>), so that anything learned about the real data set can be
//! tried here without downloading it. Unlike there, garments are shifted, scaled, turned and
//! patterned freely: a network must find them wherever they lie.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    Draw, bag,
    canvas::{Canvas, Corner, Paint, mirrored},
    fabric::Fabric,
    footwear, names,
    pose::{Pose, Spread, symmetric},
};
use crate::data::ImageShape;

pub const SHAPE: ImageShape = ImageShape::new(1, 28, 28);
pub const CLASSES: [&str; TABLE.len()] = names(&TABLE);

const TABLE: [(&str, Draw); 10] = [
    ("T-shirt/top", t_shirt),
    ("Trouser", trouser),
    ("Pullover", pullover),
    ("Dress", dress),
    ("Coat", coat),
    ("Sandal", footwear::sandal),
    ("Shirt", shirt),
    ("Sneaker", footwear::sneaker),
    ("Bag", bag::bag),
    ("Ankle boot", footwear::ankle_boot),
];

const SPREAD: Spread = Spread {
    scale: (0.66, 0.95),
    stretch: 0.1,
    turn: 0.035,
    shear: 0.08,
    shift: 0.2,
    wobble: 0.06,
    mirror: 0.5,
};

/// Draws a garment of class `class`, an index into [`CLASSES`].
pub fn draw(class: usize, rng: &mut ChaCha8Rng) -> Canvas {
    let mut canvas = Canvas::new(SHAPE, Pose::random(rng, SHAPE, &SPREAD));
    let (_, draw_class) = TABLE[class];
    draw_class(&mut canvas, rng);
    let gain = rng.random_range(0.7..1.1);
    let sigma = rng.random_range(0.01..0.08);
    canvas.light(rng, gain, 0.3);
    canvas.grain(rng, sigma);
    canvas
}

/// Measures of anything worn above the waist, in model units; `y` runs from the collar down.
struct Cut {
    neck: f32,
    shoulder: f32,
    waist: f32,
    hem: f32,
    length: f32,
    /// Where the sleeve ends, at the outside of the arm.
    cuff: (f32, f32),
    sleeve_width: f32,
}

const TOP: f32 = -0.86;

impl Cut {
    fn outline(&self, neckline: f32) -> Vec<Corner> {
        let (cuff_x, cuff_y) = self.cuff;
        // The cuff is cut square to the sleeve.
        let (along_x, along_y) = (cuff_x - self.shoulder, cuff_y - TOP - 0.12);
        let reach = (along_x * along_x + along_y * along_y).sqrt().max(0.01);
        let (inner_x, inner_y) = (
            cuff_x - self.sleeve_width * along_y / reach,
            cuff_y + self.sleeve_width * along_x / reach,
        );
        let armpit = TOP + 0.24 + self.sleeve_width;
        mirrored(&[
            (0.0, TOP + neckline, 0.9),
            (self.neck, TOP, 0.1),
            (self.shoulder, TOP + 0.12, 0.35),
            (cuff_x, cuff_y, 0.1),
            (inner_x, inner_y, 0.1),
            (self.shoulder - 0.05, armpit, 0.3),
            (self.waist, (armpit + self.length) / 2.0, 0.8),
            (self.hem, self.length, 0.1),
            (0.0, self.length + 0.02, 0.5),
        ])
    }

    /// Bands at the ends of both sleeves.
    fn cuffs(&self, canvas: &mut Canvas, width: f32, paint: &Fabric) {
        let (x, y) = self.cuff;
        let inner = x - self.sleeve_width * 0.9;
        for side in [-1.0, 1.0] {
            canvas.stroke(&[(side * x, y, 0.0), (side * inner, y + 0.04, 0.0)], width, |x, y| {
                paint.at(x, y)
            });
        }
    }
}

fn long_sleeve(rng: &mut ChaCha8Rng, shoulder: f32) -> (f32, f32) {
    (shoulder + rng.random_range(0.2..0.42), rng.random_range(0.45..0.75))
}

fn short_sleeve(rng: &mut ChaCha8Rng, shoulder: f32) -> (f32, f32) {
    (shoulder + rng.random_range(0.26..0.42), TOP + rng.random_range(0.42..0.6))
}

fn t_shirt(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    let cloth = Fabric::cloth(rng);
    let shoulder = rng.random_range(0.42..0.52);
    let sleeveless = rng.random_bool(0.12);
    let cut = Cut {
        neck: rng.random_range(0.16..0.28),
        shoulder,
        waist: shoulder - rng.random_range(0.0..0.1),
        hem: shoulder + symmetric(rng, 0.06),
        length: rng.random_range(0.6..0.88),
        cuff: if sleeveless {
            (shoulder + 0.03, TOP + 0.3)
        } else {
            short_sleeve(rng, shoulder)
        },
        sleeve_width: if sleeveless { 0.1 } else { rng.random_range(0.24..0.32) },
    };
    let neckline = rng.random_range(0.14..0.42);
    canvas.fill(&cut.outline(neckline), |x: f32, y: f32| cloth.at(x, y));
}

fn pullover(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    let cloth = Fabric::cloth(rng);
    let shoulder = rng.random_range(0.44..0.54);
    let cut = Cut {
        neck: rng.random_range(0.16..0.24),
        shoulder,
        waist: shoulder - rng.random_range(0.0..0.06),
        hem: shoulder - rng.random_range(0.02..0.1),
        length: rng.random_range(0.66..0.84),
        cuff: long_sleeve(rng, shoulder),
        sleeve_width: rng.random_range(0.24..0.3),
    };
    let neckline = rng.random_range(0.08..0.2);
    let rib = cloth.part(rng.random_range(0.6..0.8));
    let outline = cut.outline(neckline);
    canvas.fill(&outline, |x: f32, y: f32| cloth.at(x, y));
    let (hem, length) = (cut.hem - 0.04, cut.length - 0.06);
    canvas.stroke(&[(-hem, length, 0.0), (hem, length, 0.0)], 0.13, |x, y| rib.at(x, y));
    cut.cuffs(canvas, 0.13, &rib);
    let neck = cut.neck;
    let collar = [(-neck, TOP, 0.0), (0.0, TOP + neckline, 0.9), (neck, TOP, 0.0)];
    canvas.stroke(&collar, 0.11, |x, y| rib.at(x, y));
    if rng.random_bool(0.15) {
        // A turtle neck fills the neckline and stands above it.
        let high = [(-neck, TOP - 0.12, 0.1), (neck, TOP - 0.12, 0.1), (neck, TOP + 0.1, 0.6), (-neck, TOP + 0.1, 0.6)];
        canvas.fill(&high, |x: f32, y: f32| rib.at(x, y));
    }
}

fn coat(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    let cloth = Fabric::leather(rng);
    let trim = cloth.trim();
    let shoulder = rng.random_range(0.4..0.48);
    let cut = Cut {
        neck: rng.random_range(0.14..0.22),
        shoulder,
        waist: shoulder - rng.random_range(0.02..0.12),
        hem: shoulder + rng.random_range(0.0..0.14),
        length: rng.random_range(0.86..1.0),
        cuff: (shoulder + rng.random_range(0.16..0.32), rng.random_range(0.3..0.55)),
        sleeve_width: rng.random_range(0.22..0.28),
    };
    canvas.fill(&cut.outline(0.05), |x: f32, y: f32| cloth.at(x, y));
    let (neck, length) = (cut.neck, cut.length);
    let lapel_end = rng.random_range(-0.4..0.0);
    let opening = symmetric(rng, 0.04);
    canvas.stroke(&[(opening, lapel_end, 0.0), (opening, length, 0.0)], 0.07, trim);
    let lapel = cloth.part(rng.random_range(0.7..1.4));
    for side in [-1.0, 1.0] {
        let collar = [
            (side * neck * 0.4, TOP - 0.06, 0.2),
            (side * neck * 1.4, TOP + 0.06, 0.2),
            (side * neck * 1.5, TOP + 0.34, 0.1),
            (opening, lapel_end, 0.1),
        ];
        canvas.fill(&collar, |x: f32, y: f32| lapel.at(x, y));
        canvas.ring(&collar, 0.035, trim);
        if rng.random_bool(0.7) {
            let pocket = [(side * 0.16, 0.36, 0.0), (side * 0.32, 0.3, 0.0)];
            canvas.stroke(&pocket, 0.06, trim);
        }
    }
    if rng.random_bool(0.3) {
        let belt = cut.waist;
        canvas.stroke(&[(-belt, 0.08, 0.0), (belt, 0.08, 0.0)], 0.09, trim);
    }
    if rng.random_bool(0.6) {
        for step in 0..3u8 {
            let y = lapel_end + 0.12 + 0.24 * f32::from(step);
            canvas.ellipse((opening + 0.12, y), (0.045, 0.045), trim);
        }
    }
}

fn shirt(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    let cloth = Fabric::cloth(rng);
    let trim = cloth.trim();
    let shoulder = rng.random_range(0.42..0.5);
    let long = rng.random_bool(0.7);
    let cut = Cut {
        neck: rng.random_range(0.15..0.2),
        shoulder,
        waist: shoulder - rng.random_range(0.0..0.1),
        hem: shoulder + symmetric(rng, 0.04),
        length: rng.random_range(0.68..0.86),
        cuff: if long { long_sleeve(rng, shoulder) } else { short_sleeve(rng, shoulder) },
        sleeve_width: rng.random_range(0.2..0.27),
    };
    let mut outline = cut.outline(0.1);
    // Shirt tails: the hem hangs lower in the middle than at the sides.
    let tail = rng.random_range(0.0..0.14);
    for corner in &mut outline {
        if corner.0 == 0.0 && corner.1 > 0.0 {
            *corner = (0.0, cut.length + tail, 1.0);
        }
    }
    canvas.fill(&outline, |x: f32, y: f32| cloth.at(x, y));
    let length = cut.length + tail * 0.4;
    canvas.stroke(&[(0.0, TOP + 0.2, 0.0), (0.0, length, 0.0)], 0.035, trim);
    for step in 0..4u8 {
        let y = -0.5 + 0.3 * f32::from(step);
        canvas.ellipse((0.0, y), (0.05, 0.05), trim);
    }
    let collar = cloth.part(rng.random_range(1.0..1.4));
    let spread = rng.random_range(0.16..0.26);
    for side in [-1.0, 1.0] {
        let flap = [
            (side * cut.neck, TOP - 0.08, 0.1),
            (side * (cut.neck + 0.08), TOP + 0.06, 0.1),
            (side * spread, TOP + 0.3, 0.0),
            (0.0, TOP + 0.16, 0.0),
        ];
        canvas.fill(&flap, |x: f32, y: f32| collar.at(x, y));
        canvas.ring(&flap, 0.035, trim);
    }
    if rng.random_bool(0.5) {
        let pocket = [(0.14, -0.34, 0.0), (0.34, -0.34, 0.0), (0.34, -0.12, 0.3), (0.14, -0.12, 0.3)];
        canvas.ring(&pocket, 0.04, trim);
    }
    if long {
        cut.cuffs(canvas, 0.08, &collar);
    }
}

fn dress(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    let cloth = Fabric::cloth(rng);
    let bust = rng.random_range(0.22..0.3);
    let waist = bust - rng.random_range(0.02..0.09);
    let hem = rng.random_range(0.26..0.6);
    let length = rng.random_range(0.84..1.02);
    let waistline = rng.random_range(-0.26..0.0);
    let neck = rng.random_range(0.1..0.18);
    let skirt = [
        (waist, waistline, 0.5),
        (waist + (hem - waist) * 0.55, waistline + 0.36, 0.6),
        (hem, length, 0.1),
        (0.0, length + 0.04, 0.6),
    ];
    let neckline = TOP + rng.random_range(0.12..0.36);
    let bodice: &[Corner] = match rng.random_range(0..3u32) {
        // Straps, short sleeves, long sleeves.
        0 => &[(neck, TOP - 0.08, 0.1), (neck + 0.09, TOP - 0.06, 0.1), (bust, TOP + 0.34, 0.3)],
        1 => &[
            (neck, TOP, 0.1),
            (bust + 0.05, TOP + 0.06, 0.3),
            (bust + 0.24, TOP + 0.34, 0.1),
            (bust + 0.08, TOP + 0.46, 0.1),
            (bust, TOP + 0.36, 0.2),
        ],
        _ => &[
            (neck, TOP, 0.1),
            (bust + 0.05, TOP + 0.06, 0.3),
            (bust + 0.34, 0.1, 0.1),
            (bust + 0.2, 0.16, 0.1),
            (bust, TOP + 0.4, 0.2),
        ],
    };
    let right: Vec<Corner> =
        [(0.0, neckline, 0.7)].iter().chain(bodice).chain(&skirt).copied().collect();
    canvas.fill(&mirrored(&right), |x: f32, y: f32| cloth.at(x, y));
    if rng.random_bool(0.4) {
        canvas.stroke(
            &[(-waist, waistline, 0.0), (waist, waistline, 0.0)],
            0.08,
            cloth.trim(),
        );
    }
}

fn trouser(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    let cloth = if rng.random_bool(0.6) { Fabric::leather(rng) } else { Fabric::cloth(rng) };
    let trim = cloth.trim();
    let waist = rng.random_range(0.24..0.32);
    let hip = waist + rng.random_range(0.03..0.1);
    let inner = rng.random_range(0.03..0.14);
    let leg = rng.random_range(0.15..0.3);
    let length = rng.random_range(0.8..0.98);
    let crotch = rng.random_range(-0.3..-0.12);
    let right = [
        (0.0, -0.92, 0.0),
        (waist, -0.92, 0.1),
        (hip, crotch - 0.2, 0.7),
        (inner + (hip - inner) * 0.8, 0.25, 0.8),
        (inner + leg, length, 0.1),
        (inner, length, 0.1),
        (0.02, crotch, 0.1),
        (0.0, crotch, 0.0),
    ];
    canvas.fill(&mirrored(&right), |x: f32, y: f32| cloth.at(x, y));
    canvas.stroke(&[(0.0, -0.86, 0.0), (0.0, crotch - 0.1, 0.0)], 0.04, trim);
    canvas.stroke(&[(-waist, -0.8, 0.0), (waist, -0.8, 0.0)], 0.05, trim.opacity(0.7));
    if rng.random_bool(0.5) {
        for side in [-1.0, 1.0] {
            let pocket = [(side * waist * 0.55, -0.78, 0.0), (side * hip, -0.58, 0.0)];
            canvas.stroke(&pocket, 0.045, trim);
        }
    }
}
