//! Changes of grey levels that leave every pixel in its place: brightness, contrast, the colour
//! operations of a policy, noise and blur.
//!
//! Images are 8-bit values `[channels, height, width]`; results are rounded to the nearest level.

use image::GrayImage;
use image::imageops;
use rand_chacha::ChaCha8Rng;

use crate::pixels::ImageShape;
use crate::random::normal_pair;

/// Shares of red, green and blue in a grey level (Rec. 601, as torchvision has them).
const LUMA: [f32; 3] = [0.2989, 0.587, 0.114];

/// The nearest level.
fn level(value: f32) -> u8 {
    // The cast saturates: values below 0 become 0, values above 255 become 255.
    (value + 0.5) as u8
}

/// Replaces each level by what `table` gives for it.
fn replace(pixels: &mut [u8], table: impl Fn(u8) -> u8) {
    let table: [u8; 256] = std::array::from_fn(|before| table(before as u8));
    for pixel in pixels {
        *pixel = table[usize::from(*pixel)];
    }
}

/// Multiplies every level by `factor`.
pub fn brightness(pixels: &mut [u8], factor: f32) {
    replace(pixels, |before| level(factor * f32::from(before)));
}

/// Multiplies the distance from the image's mean grey by `factor`.
pub fn contrast(pixels: &mut [u8], shape: ImageShape, factor: f32) {
    let area = shape.height * shape.width;
    let means: Vec<f32> = pixels
        .chunks(area)
        .map(|plane| plane.iter().map(|&p| u64::from(p)).sum::<u64>() as f32 / area as f32)
        .collect();
    let mean = match means[..] {
        [red, green, blue] => LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue,
        _ => means.iter().sum::<f32>() / means.len() as f32,
    };
    replace(pixels, |before| {
        level(mean + factor * (f32::from(before) - mean))
    });
}

/// Multiplies the distance of every colour from the grey level of its pixel by `factor`; a grey image
/// stays as it is.
pub fn saturation(pixels: &mut [u8], shape: ImageShape, factor: f32) {
    if shape.channels != 3 {
        return;
    }
    let area = shape.height * shape.width;
    let (red, others) = pixels.split_at_mut(area);
    let (green, blue) = others.split_at_mut(area);
    for ((red, green), blue) in red.iter_mut().zip(green).zip(blue) {
        let colors = [&mut *red, green, blue];
        let values = colors.each_ref().map(|color| f32::from(**color));
        let grey: f32 = values
            .iter()
            .zip(LUMA)
            .map(|(value, share)| value * share)
            .sum();
        for (color, value) in colors.into_iter().zip(values) {
            *color = level(grey + factor * (value - grey));
        }
    }
}

/// Multiplies the distance from a smoothed image (a 3x3 kernel of ones with 5 in the middle) by
/// `factor`; the outermost pixels stay as they are. As Pillow's `ImageEnhance.Sharpness`.
pub fn sharpness(pixels: &mut [u8], shape: ImageShape, factor: f32) {
    let (height, width) = (shape.height, shape.width);
    if height < 3 || width < 3 {
        return;
    }
    for plane in pixels.chunks_mut(height * width) {
        let before = plane.to_vec();
        for (y, rows) in before.windows(3 * width).step_by(width).enumerate() {
            let columns: Vec<u32> = (0..width)
                .map(|x| {
                    [0, 1, 2]
                        .map(|row| u32::from(rows[row * width + x]))
                        .iter()
                        .sum()
                })
                .collect();
            let out = &mut plane[(y + 1) * width + 1..][..width - 2];
            for (x, out) in out.iter_mut().enumerate() {
                let middle = rows[width + x + 1];
                let sum = columns[x] + columns[x + 1] + columns[x + 2] + 4 * u32::from(middle);
                let smooth = sum as f32 / 13.0;
                *out = level(smooth + factor * (f32::from(middle) - smooth));
            }
        }
    }
}

/// Keeps the `bits` most significant bits of every level.
pub fn posterize(pixels: &mut [u8], bits: u32) {
    let mask = (0xff00u32 >> bits.min(8)) as u8;
    pixels.iter_mut().for_each(|pixel| *pixel &= mask);
}

/// Inverts the levels from `threshold` on.
pub fn solarize(pixels: &mut [u8], threshold: f32) {
    replace(pixels, |before| match f32::from(before) >= threshold {
        true => 255 - before,
        false => before,
    });
}

/// Stretches each channel to the levels 0 to 255.
pub fn autocontrast(pixels: &mut [u8], shape: ImageShape) {
    for plane in pixels.chunks_mut(shape.height * shape.width) {
        let (least, most) = (plane.iter()).fold((255, 0), |(least, most), &pixel| {
            (pixel.min(least), pixel.max(most))
        });
        if least < most {
            let scale = 255.0 / f32::from(most - least);
            replace(plane, |before| {
                level(f32::from(before.saturating_sub(least)) * scale)
            });
        }
    }
}

/// Makes all levels of each channel equally frequent, as Pillow's `ImageOps.equalize`.
pub fn equalize(pixels: &mut [u8], shape: ImageShape) {
    let area = shape.height * shape.width;
    for plane in pixels.chunks_mut(area) {
        let mut counts = [0usize; 256];
        for &pixel in plane.iter() {
            counts[usize::from(pixel)] += 1;
        }
        let brightest = counts.iter().rev().find(|count| **count > 0);
        let step = (area - brightest.unwrap_or(&0)) / 255;
        if step == 0 {
            continue;
        }
        let mut below = [0usize; 256];
        for level in 1..256 {
            below[level] = below[level - 1] + counts[level - 1];
        }
        replace(plane, |before| {
            ((step / 2 + below[usize::from(before)]) / step).min(255) as u8
        });
    }
}

/// Adds a normally distributed value of standard deviation `deviation` to every level.
pub fn noise(pixels: &mut [u8], deviation: f32, rng: &mut ChaCha8Rng) {
    for pair in pixels.chunks_mut(2) {
        for (pixel, value) in pair.iter_mut().zip(normal_pair(rng)) {
            *pixel = level(f32::from(*pixel) + deviation * value);
        }
    }
}

/// Gaussian blur of standard deviation `sigma` pixels, above 0.
pub fn blur(pixels: &mut [u8], shape: ImageShape, sigma: f32) {
    for plane in pixels.chunks_mut(shape.height * shape.width) {
        let (width, height) = (shape.width as u32, shape.height as u32);
        if let Some(image) = GrayImage::from_raw(width, height, plane.to_vec()) {
            plane.copy_from_slice(&imageops::blur(&image, sigma));
        }
    }
}
