//! Resizing photographs to the input size of a network.

use image::DynamicImage;
use image::imageops::{self, FilterType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How an image of another size or aspect ratio is resized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Resize {
    /// The whole image, without keeping its aspect ratio.
    #[default]
    Stretch,
    /// The whole image, centred, with its aspect ratio; the rest is black.
    Fit,
    /// The centre of the image, with its aspect ratio; the longer sides are cut off.
    Crop,
}

/// `image` resized to `height` x `width`, unchanged if it has that size already; keeps the pixel
/// type. All four sides are at least 1.
pub fn to_size(image: DynamicImage, height: u32, width: u32, resize: Resize) -> DynamicImage {
    if (image.width(), image.height()) == (width, height) {
        return image;
    }
    match resize {
        Resize::Stretch => image.resize_exact(width, height, FilterType::Triangle),
        Resize::Fit => {
            let (inner_width, inner_height) =
                largest_inside((image.width(), image.height()), (width, height));
            let inner = scaled(image, inner_width, inner_height);
            let mut canvas = DynamicImage::new(width, height, inner.color());
            let left = (width - inner_width) / 2;
            let top = (height - inner_height) / 2;
            imageops::replace(&mut canvas, &inner, left.into(), top.into());
            canvas
        }
        Resize::Crop => {
            let (crop_width, crop_height) =
                largest_inside((width, height), (image.width(), image.height()));
            let left = (image.width() - crop_width) / 2;
            let top = (image.height() - crop_height) / 2;
            scaled(
                image.crop_imm(left, top, crop_width, crop_height),
                width,
                height,
            )
        }
    }
}

fn scaled(image: DynamicImage, width: u32, height: u32) -> DynamicImage {
    if (image.width(), image.height()) == (width, height) {
        return image;
    }
    image.resize_exact(width, height, FilterType::Triangle)
}

/// The largest (width, height) with the aspect ratio of `ratio` that lies inside `frame`, at
/// least 1x1.
fn largest_inside(ratio: (u32, u32), frame: (u32, u32)) -> (u32, u32) {
    let scale =
        (f64::from(frame.0) / f64::from(ratio.0)).min(f64::from(frame.1) / f64::from(ratio.1));
    let side = |length: u32, limit: u32| {
        let scaled = (f64::from(length) * scale).round() as u32;
        scaled.clamp(1, limit)
    };
    (side(ratio.0, frame.0), side(ratio.1, frame.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, Luma};

    fn resized(image: GrayImage, height: u32, width: u32, resize: Resize) -> GrayImage {
        let resized = to_size(DynamicImage::ImageLuma8(image), height, width, resize).into_luma8();
        assert_eq!(resized.dimensions(), (width, height));
        resized
    }

    /// 8 wide, 4 high; every column has one value: 0 0 255 255 255 255 0 0.
    fn wide() -> GrayImage {
        GrayImage::from_fn(8, 4, |x, _| {
            Luma([if (2..6).contains(&x) { 255 } else { 0 }])
        })
    }

    #[test]
    fn stretch_keeps_everything_and_gives_up_the_aspect_ratio() {
        let image = resized(wide(), 4, 4, Resize::Stretch);
        assert!(image.get_pixel(0, 0)[0] < 64 && image.get_pixel(3, 3)[0] < 64);
        assert!(image.get_pixel(1, 1)[0] > 192 && image.get_pixel(2, 2)[0] > 192);
    }

    #[test]
    fn fit_puts_the_whole_image_in_the_middle_and_black_around_it() {
        let image = resized(GrayImage::from_pixel(8, 4, Luma([255])), 8, 8, Resize::Fit);
        let rows: Vec<u8> = (0..8).map(|y| image.get_pixel(3, y)[0]).collect();
        assert_eq!(rows, [0, 0, 255, 255, 255, 255, 0, 0]);
        let high = resized(GrayImage::from_pixel(2, 4, Luma([255])), 4, 4, Resize::Fit);
        assert_eq!(high.as_raw()[..4], [0, 255, 255, 0]);
    }

    #[test]
    fn crop_fills_the_result_with_the_middle() {
        let image = resized(wide(), 4, 4, Resize::Crop);
        assert!(image.pixels().all(|pixel| pixel[0] == 255), "{image:?}");
    }

    #[test]
    fn shrinking_averages_instead_of_picking() {
        let checks = GrayImage::from_fn(64, 64, |x, y| {
            Luma([if (x + y) % 2 == 0 { 255 } else { 0 }])
        });
        let image = resized(checks, 8, 8, Resize::Stretch);
        assert!(
            image.pixels().all(|pixel| (112..=143).contains(&pixel[0])),
            "{image:?}"
        );
    }

    #[test]
    fn an_image_of_the_wanted_size_stays_as_it_is() {
        for resize in [Resize::Stretch, Resize::Fit, Resize::Crop] {
            assert_eq!(resized(wide(), 4, 8, resize), wide());
        }
    }

    #[test]
    fn extreme_aspect_ratios_keep_at_least_one_pixel() {
        for resize in [Resize::Stretch, Resize::Fit, Resize::Crop] {
            resized(GrayImage::new(5_000, 1), 7, 5, resize);
            resized(GrayImage::new(1, 5_000), 7, 5, resize);
        }
    }
}
