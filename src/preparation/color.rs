//! Colour spaces: HSV, CIELAB, and the luma of YCbCr.

use image::{GrayImage, RgbImage};

use super::picture::Picture;

/// Hue (0 to 179), saturation and value of a pixel, in OpenCV's fixed-point numbers of 12 fractional
/// bits.
pub fn hsv([red, green, blue]: [u8; 3]) -> [u8; 3] {
    const FRACTION: u32 = 12;
    let [red, green, blue] = [red, green, blue].map(i32::from);
    let value = red.max(green).max(blue);
    let range = value - red.min(green).min(blue);
    if range == 0 {
        return [0, 0, value as u8];
    }
    let rounded = |value: i32| (value + (1 << (FRACTION - 1))) >> FRACTION;
    let reciprocal = |scale: f64, of: i32| {
        (scale * f64::from(1 << FRACTION) / f64::from(of)).round_ties_even() as i32
    };
    let sector = match value {
        value if value == red => green - blue,
        value if value == green => blue - red + 2 * range,
        _ => red - green + 4 * range,
    };
    let hue = rounded(sector * reciprocal(180.0 / 6.0, range));
    let hue = if hue < 0 { hue + 180 } else { hue };
    let saturation = rounded(range * reciprocal(255.0, value));
    [hue, saturation, value].map(|value| value as u8)
}

/// CIELAB of sRGB for the white point D65, in OpenCV's fixed-point numbers for 8-bit images: 3
/// fractional bits for linear light, 12 for the matrix, 15 for the cube root.
pub fn lab(image: &RgbImage) -> RgbImage {
    let rounded = |value: i64, bits: u32| (value + (1 << (bits - 1))) >> bits;
    let linear: [i64; 256] = std::array::from_fn(|level| {
        let share = level as f64 / 255.0;
        let light = match share <= 0.04045 {
            true => share / 12.92,
            false => ((share + 0.055) / 1.055).powf(2.4),
        };
        (255.0 * 8.0 * light).round_ties_even() as i64
    });
    // Longer than 255 * 8, because the rounded coefficients of a row may sum to more than 1.
    let roots: Vec<i64> = (0..256 * 8 * 3 / 2)
        .map(|light| {
            let share = f64::from(light) / (255.0 * 8.0);
            let root = match share < 0.008856 {
                true => share * 7.787 + 16.0 / 116.0,
                false => share.cbrt(),
            };
            (32_768.0 * root).round_ties_even() as i64
        })
        .collect();
    // The matrix from RGB to XYZ: each row with the value that white has there, which becomes 1.
    let rows = [
        ([0.412453, 0.357580, 0.180423], 0.950456),
        ([0.212671, 0.715160, 0.072169], 1.0),
        ([0.019334, 0.119193, 0.950227], 1.088754),
    ];
    let rows = rows.map(|(row, white): ([f64; 3], f64)| {
        row.map(|share| (4096.0 * share / white).round_ties_even() as i64)
    });
    let (width, height) = image.dimensions();
    RgbImage::from_fn(width, height, |x, y| {
        let light = (image.get_pixel(x, y).0).map(|value| linear[usize::from(value)]);
        let [x, y, z] = rows.map(|row| {
            let sum = row.iter().zip(&light).map(|(share, light)| share * light);
            roots[rounded(sum.sum(), 12) as usize]
        });
        [
            296 * y - (16 * 255 * 32_768 + 50) / 100,
            500 * (x - y) + (128 << 15),
            200 * (y - z) + (128 << 15),
        ]
        .map(|value| rounded(value, 15).clamp(0, 255) as u8)
        .into()
    })
}

/// Applies `change` to a grey picture, or to the luma of a coloured one, which keeps its chroma: YCbCr
/// (Rec. 601) in OpenCV's fixed-point numbers.
pub fn on_luma(picture: Picture, change: impl FnOnce(GrayImage) -> GrayImage) -> Picture {
    const FRACTION: i32 = 14;
    let rounded = |value: i32| (value + (1 << (FRACTION - 1))) >> FRACTION;
    let mut image = match picture {
        Picture::Grey(image) => return Picture::Grey(change(image)),
        Picture::Rgb(image) => image,
    };
    let luma_of = |pixel: [u8; 3]| {
        let [red, green, blue] = pixel.map(i32::from);
        rounded(4_899 * red + 9_617 * green + 1_868 * blue)
    };
    let (width, height) = image.dimensions();
    let before = GrayImage::from_fn(width, height, |x, y| {
        [luma_of(image.get_pixel(x, y).0) as u8].into()
    });
    let after = change(before);
    for (pixel, luma) in image.pixels_mut().zip(after.iter()) {
        let [red, _, blue] = pixel.0.map(i32::from);
        let before = luma_of(pixel.0);
        // Cut to the range of 8 bits, as in an 8-bit YCbCr image, without its offset of 128.
        let chroma = |distance: i32| (rounded(distance + (128 << FRACTION))).clamp(0, 255) - 128;
        let (cr, cb) = (
            chroma((red - before) * 11_682),
            chroma((blue - before) * 9_241),
        );
        let luma = i32::from(*luma);
        pixel.0 = [
            luma + rounded(cr * 22_987),
            luma + rounded(cb * -5_636 + cr * -11_698),
            luma + rounded(cb * 29_049),
        ]
        .map(|value| value.clamp(0, 255) as u8);
    }
    Picture::Rgb(image)
}
