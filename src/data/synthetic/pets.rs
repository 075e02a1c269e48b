//! Faces of cats and dogs in colour.
//!
//! Both classes draw from the same coats, markings and backgrounds, so that neither colour nor
//! surroundings give the class away; what differs is the shape of ears, muzzle, nose and eyes,
//! and even those overlap (pricked dog ears, folded cat ears).

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    canvas::Canvas,
    cat::cat,
    class_table::{DrawClass, names},
    dog::dog,
    pose::{Pose, Spread},
    scenery,
};
use crate::pixels::ImageShape;

/// Size of every image.
pub const SHAPE: ImageShape = ImageShape::new(3, 64, 64);
/// Names of the classes, in label order.
pub const CLASSES: [&str; TABLE.len()] = names(&TABLE);

const TABLE: [(&str, DrawClass); 2] = [("cat", cat), ("dog", dog)];

const SPREAD: Spread = Spread {
    scale: (0.6, 0.85),
    stretch: 0.1,
    turn: 0.07,
    shear: 0.1,
    shift: 0.12,
    wobble: 0.06,
    mirror: 0.5,
};

/// Draws a pet of class `class`, an index into [`CLASSES`].
pub fn draw(class: usize, rng: &mut ChaCha8Rng) -> Canvas {
    let mut canvas = Canvas::new(SHAPE, Pose::random(rng, SHAPE, &scenery::SPREAD));
    scenery::background(&mut canvas, rng);
    canvas.set_pose(Pose::random(rng, SHAPE, &SPREAD));
    let (_, draw_class) = TABLE[class];
    draw_class(&mut canvas, rng);
    if rng.random_bool(0.3) {
        canvas.set_pose(Pose::random(rng, SHAPE, &scenery::SPREAD));
        scenery::foreground(&mut canvas, rng);
    }
    let gain = rng.random_range(0.75..1.15);
    let sigma = rng.random_range(0.01..0.05);
    canvas.light(rng, gain, 0.4);
    canvas.grain(rng, sigma);
    canvas
}
