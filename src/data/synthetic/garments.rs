//! The ten classes of Fashion-MNIST as cut-out silhouettes, light on black.
//!
//! Names, order and viewpoint follow Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017,
//! <https://arxiv.org/abs/1708.07747>), so that anything learned about the real data set can be
//! tried here without downloading it. Unlike there, garments are shifted, scaled, turned and
//! patterned freely: a network must find them at any place.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    bag,
    canvas::Canvas,
    class_table::{DrawClass, names},
    fabric::Fabric,
    footwear,
    outline::{Corner, mirrored},
    pose::{Pose, Spread},
    sandal, tops,
    upper_body::TOP,
};
use crate::pixels::ImageShape;

/// Size of every image.
pub const SHAPE: ImageShape = ImageShape::new(1, 28, 28);
/// Names of the classes, in label order.
pub const CLASSES: [&str; TABLE.len()] = names(&TABLE);

const TABLE: [(&str, DrawClass); 10] = [
    ("T-shirt/top", tops::t_shirt),
    ("Trouser", trouser),
    ("Pullover", tops::pullover),
    ("Dress", dress),
    ("Coat", tops::coat),
    ("Sandal", sandal::sandal),
    ("Shirt", tops::shirt),
    ("Sneaker", footwear::sneaker),
    ("Bag", bag::bag),
    ("Ankle boot", footwear::ankle_boot),
];

const SPREAD: Spread = Spread {
    scale: (0.7, 0.95),
    stretch: 0.1,
    turn: 0.035,
    shear: 0.08,
    shift: 0.16,
    wobble: 0.06,
    mirror: 0.3,
};

/// Draws a garment of class `class`, an index into [`CLASSES`].
pub fn draw(class: usize, rng: &mut ChaCha8Rng) -> Canvas {
    let mut canvas = Canvas::new(SHAPE, Pose::random(rng, SHAPE, &SPREAD));
    let (_, draw_class) = TABLE[class];
    draw_class(&mut canvas, rng);
    let gain = rng.random_range(0.8..1.1);
    let sigma = rng.random_range(0.01..0.05);
    canvas.light(rng, gain, 0.3);
    canvas.grain(rng, sigma);
    canvas
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
        0 => &[
            (neck, TOP - 0.08, 0.1),
            (neck + 0.09, TOP - 0.06, 0.1),
            (bust, TOP + 0.34, 0.3),
        ],
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
    let right: Vec<Corner> = [(0.0, neckline, 0.7)]
        .iter()
        .chain(bodice)
        .chain(&skirt)
        .copied()
        .collect();
    canvas.fill(&mirrored(&right), &cloth);
    if rng.random_bool(0.4) {
        canvas.stroke(
            &[(-waist, waistline, 0.0), (waist, waistline, 0.0)],
            0.08,
            cloth.trim(),
        );
    }
}

fn trouser(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    let cloth = if rng.random_bool(0.6) {
        Fabric::leather(rng)
    } else {
        Fabric::cloth(rng)
    };
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
    canvas.fill(&mirrored(&right), &cloth);
    canvas.stroke(&[(0.0, -0.86, 0.0), (0.0, crotch - 0.1, 0.0)], 0.04, trim);
    canvas.stroke(
        &[(-waist, -0.8, 0.0), (waist, -0.8, 0.0)],
        0.05,
        trim.opacity(0.7),
    );
    if rng.random_bool(0.5) {
        for side in [-1.0, 1.0] {
            let pocket = [(side * waist * 0.55, -0.78, 0.0), (side * hip, -0.58, 0.0)];
            canvas.stroke(&pocket, 0.045, trim);
        }
    }
}
