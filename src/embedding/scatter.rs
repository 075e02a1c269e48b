use image::{Rgb, RgbImage, imageops};

use super::points::Points;
use crate::data::Split;
use crate::drawing::{BACKGROUND, GLYPH, TEXT, fill, photo, write};
use crate::inspection::InspectionError;

/// Width and height of the area with the points, in pixels.
const FIELD: [usize; 2] = [900, 700];
const GAP: usize = 16;
/// Radius of a dot, and longer side of a thumbnail, in pixels.
const RADIUS: i64 = 3;
const THUMBNAIL: u32 = 28;
/// Characters of a class name in the legend, at most.
const NAME: usize = 20;

/// A scatter plot of images: a dot in the colour of its class for each, or a thumbnail with a border in
/// that colour; and a legend of the classes.
///
/// # Errors
/// An image can no longer be read.
pub fn scatter(
    title: &str,
    points: &Points,
    split: &Split,
    classes: &[String],
    thumbnails: bool,
) -> Result<RgbImage, InspectionError> {
    let legend = GAP + 2 * GLYPH + NAME * GLYPH;
    let top = GLYPH + 2 * GAP;
    let height = (FIELD[1] + GAP).max(classes.len() * (GLYPH + 6)) + top;
    let size = [FIELD[0] + 2 * GAP + legend, height].map(|side| side as u32);
    let mut picture = RgbImage::from_pixel(size[0], size[1], BACKGROUND);
    let title: String = title
        .chars()
        .take((size[0] as usize - 2 * GAP) / GLYPH)
        .collect();
    write(&mut picture, &title, [GAP, GAP], TEXT);
    let bounds = [0, 1].map(|axis| bounds(points.iter().map(|point| point[axis])));
    let margin = if thumbnails { THUMBNAIL as usize } else { GAP };
    for (index, point) in points.iter().enumerate() {
        let place = [0, 1].map(|axis| {
            let [low, high] = bounds[axis];
            let share = if high > low {
                (point[axis] - low) / (high - low)
            } else {
                0.5
            };
            // The second axis points upwards, rows of pixels downwards.
            let share = if axis == 1 { 1.0 - share } else { share };
            let room = (FIELD[axis] - 2 * margin) as f32;
            [GAP, top][axis] as i64 + margin as i64 + (share * room) as i64
        });
        let color = class_color(split.label(index), classes.len());
        match thumbnails {
            true => thumbnail(&mut picture, split, index, place, color)?,
            false => dot(&mut picture, place, color),
        }
    }
    for (class, name) in classes.iter().enumerate() {
        let left = FIELD[0] + 2 * GAP;
        let y = top + class * (GLYPH + 6);
        fill(
            &mut picture,
            [left, y],
            [GLYPH; 2],
            class_color(class, classes.len()),
        );
        let name: String = name.chars().take(NAME).collect();
        write(&mut picture, &name, [left + 2 * GLYPH, y], TEXT);
    }
    Ok(picture)
}

fn bounds(values: impl Iterator<Item = f32>) -> [f32; 2] {
    let start = [f32::INFINITY, f32::NEG_INFINITY];
    values.fold(start, |[low, high], value| {
        [low.min(value), high.max(value)]
    })
}

/// Distinct colours for up to ten classes, hues around the colour circle for more.
fn class_color(class: usize, classes: usize) -> Rgb<u8> {
    let color = match classes {
        0..=10 => colorous::TABLEAU10[class % 10],
        _ => colorous::RAINBOW.eval_rational(class, classes),
    };
    Rgb([color.r, color.g, color.b])
}

fn dot(picture: &mut RgbImage, [x, y]: [i64; 2], color: Rgb<u8>) {
    for (dx, dy) in (-RADIUS..=RADIUS).flat_map(|dy| (-RADIUS..=RADIUS).map(move |dx| (dx, dy))) {
        if dx * dx + dy * dy <= RADIUS * RADIUS {
            picture.put_pixel((x + dx) as u32, (y + dy) as u32, color);
        }
    }
}

/// Draws an image, scaled down and with a border, around a point.
fn thumbnail(
    picture: &mut RgbImage,
    split: &Split,
    index: usize,
    [x, y]: [i64; 2],
    color: Rgb<u8>,
) -> Result<(), InspectionError> {
    let shape = split.shape();
    let mut pixels = vec![0; shape.len()];
    split.read(index, &mut pixels)?;
    let small = imageops::thumbnail(
        &photo(&pixels, shape.channels, shape.width, 1),
        THUMBNAIL.min(shape.width as u32),
        THUMBNAIL.min(shape.height as u32),
    );
    let (width, height) = small.dimensions();
    let corner = [x - i64::from(width / 2), y - i64::from(height / 2)];
    let start = corner.map(|side| (side - 1) as usize);
    fill(
        picture,
        start,
        [width as usize + 2, height as usize + 2],
        color,
    );
    imageops::replace(picture, &small, corner[0], corner[1]);
    Ok(())
}
