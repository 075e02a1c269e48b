//! JPEG files, decoded as libjpeg-turbo decodes them.
//!
//! What learnt from photographs learnt from libjpeg-turbo's pixels (Pillow, torchvision, OpenCV
//! and TensorFlow all decode with it), and the published accuracy of a network is reached with
//! the same ones. The decoder used here gives them bit for bit.

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, RgbImage};
use libjpeg_turbo_rs::common::types::ComponentInfo;
use libjpeg_turbo_rs::{Decoder, JpegError, PixelFormat};

use crate::text::calm;

/// Whether a file begins as a JPEG file does.
pub fn is_jpeg(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xd8\xff")
}

/// A JPEG file whose header has been read.
pub struct JpegFile<'a> {
    decoder: Decoder<'a>,
    format: PixelFormat,
}

impl<'a> JpegFile<'a> {
    /// Reads the header. Grey files give one channel, all others three.
    ///
    /// # Errors
    /// Where the header is damaged or cut short.
    pub fn open(bytes: &'a [u8]) -> Result<Self, JpegError> {
        let mut decoder = calmly(|| Decoder::new(bytes))?;
        let components = &decoder.header().components;
        let format = match components.len() {
            1 => PixelFormat::Grayscale,
            // Photographs for print.
            4 if inks_fit(components) => PixelFormat::Cmyk,
            4 => return Err(JpegError::Unsupported("sizes of the inks".into())),
            _ => PixelFormat::Rgb,
        };
        decoder.set_output_format(format);
        Ok(Self { decoder, format })
    }

    /// `(width, height)` in pixels.
    pub fn dimensions(&self) -> (u32, u32) {
        let header = self.decoder.header();
        (header.width.into(), header.height.into())
    }

    /// Bytes of the decoded image.
    pub fn total_bytes(&self) -> u64 {
        let (width, height) = self.dimensions();
        u64::from(width) * u64::from(height) * self.format.bytes_per_pixel() as u64
    }

    /// Which way up the camera was held, by the EXIF data.
    pub fn orientation(&self) -> Orientation {
        let tag = self.decoder.exif_orientation();
        tag.and_then(Orientation::from_exif)
            .unwrap_or(Orientation::NoTransforms)
    }

    /// The pixels, in at most `max_memory` bytes.
    ///
    /// # Errors
    /// Where the file is damaged, ends before its last pixel ([`JpegError::UnexpectedEof`]), or
    /// takes more memory.
    pub fn decode(mut self, max_memory: u64) -> Result<DynamicImage, JpegError> {
        let (width, height) = self.dimensions();
        self.decoder
            .set_max_memory(usize::try_from(max_memory).unwrap_or(usize::MAX));
        let data = calmly(|| self.decoder.decode_image())?.data;
        let image = match self.format {
            PixelFormat::Grayscale => {
                GrayImage::from_raw(width, height, data).map(DynamicImage::ImageLuma8)
            }
            PixelFormat::Cmyk => {
                RgbImage::from_raw(width, height, without_black(&data)).map(DynamicImage::ImageRgb8)
            }
            _ => RgbImage::from_raw(width, height, data).map(DynamicImage::ImageRgb8),
        };
        image.ok_or_else(|| JpegError::CorruptData("the pixels do not fill the image".into()))
    }
}

fn calmly<T>(read: impl FnOnce() -> Result<T, JpegError>) -> Result<T, JpegError> {
    calm(read).unwrap_or_else(|reason| Err(JpegError::CorruptData(reason)))
}

/// Whether the first and last ink have all pixels, and those between one for one or more of
/// theirs: the decoder takes this for granted.
fn inks_fit(inks: &[ComponentInfo]) -> bool {
    let size = |ink: &ComponentInfo| [ink.horizontal_sampling, ink.vertical_sampling];
    let [first, second, third, last] = [0, 1, 2, 3].map(|at| inks.get(at).map(size));
    let divides = |(whole, part): (&u8, &u8)| *part > 0 && whole.is_multiple_of(*part);
    match (first, second) {
        (Some(first_size), Some(second_size)) => {
            first == last && second == third && first_size.iter().zip(&second_size).all(divides)
        }
        _ => false,
    }
}

/// RGB of inks that are stored inverted, 255 for none, as the field's programs store them.
fn without_black(cmyk: &[u8]) -> Vec<u8> {
    let blend = |ink: u8, black: u8| ((u16::from(ink) * u16::from(black) + 127) / 255) as u8;
    let (pixels, _) = cmyk.as_chunks::<4>();
    let rgb = pixels
        .iter()
        .map(|&[c, m, y, k]| [c, m, y].map(|ink| blend(ink, k)));
    rgb.flatten().collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use libjpeg_turbo_rs::{Encoder, Subsampling, compress};
    use serde_json::Value;

    use super::*;

    /// A JPEG file of an image with one channel or three.
    pub(crate) fn encoded(image: &DynamicImage) -> Vec<u8> {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let format = match image.color().channel_count() {
            1 => PixelFormat::Grayscale,
            _ => PixelFormat::Rgb,
        };
        compress(
            image.as_bytes(),
            width,
            height,
            format,
            90,
            Subsampling::S420,
        )
        .unwrap()
    }

    fn decode(bytes: &[u8]) -> Result<DynamicImage, JpegError> {
        JpegFile::open(bytes)?.decode(1 << 20)
    }

    fn fixture() -> Value {
        let text = include_str!("../../tests/fixtures/jpeg.json");
        serde_json::from_str(text).unwrap()
    }

    fn base64(value: &Value) -> Vec<u8> {
        BASE64_STANDARD.decode(value.as_str().unwrap()).unwrap()
    }

    #[test]
    fn pixels_are_those_of_libjpeg_turbo() {
        let fixture = fixture();
        for (name, case) in fixture["cases"].as_object().unwrap() {
            let image = decode(&base64(&case["file"])).unwrap();
            assert_eq!(fixture["width"], image.width(), "{name}");
            assert_eq!(case["channels"], image.color().channel_count(), "{name}");
            // Pillow rounds the product of ink and black in another way.
            let allowed = u8::from(name == "inks");
            let expected = base64(&case["pixels"]);
            assert_eq!(image.as_bytes().len(), expected.len(), "{name}");
            for (&ours, theirs) in image.as_bytes().iter().zip(expected) {
                assert!(ours.abs_diff(theirs) <= allowed, "{name}: {ours} {theirs}");
            }
        }
    }

    /// Wherever a file is cut it is refused, unless only the end marker is missing.
    #[test]
    fn a_file_cut_anywhere_is_refused() {
        for (name, case) in fixture()["cases"].as_object().unwrap() {
            let whole = base64(&case["file"]);
            for length in 0..whole.len() - 3 {
                assert!(decode(&whole[..length]).is_err(), "{name} cut at {length}");
            }
            decode(&[&whole[..], b"appended"].concat()).unwrap();
        }
    }

    #[test]
    fn a_file_with_any_byte_changed_gives_an_image_or_an_error() {
        for case in fixture()["cases"].as_object().unwrap().values() {
            let whole = base64(&case["file"]);
            for at in 0..whole.len() {
                for value in [0, 1, 0x7f, 0xd9, 0xff] {
                    let mut file = whole.clone();
                    file[at] = value;
                    let _ = decode(&file);
                }
            }
        }
    }

    #[test]
    fn memory_is_limited() {
        let file = encoded(&RgbImage::new(200, 100).into());
        let error = JpegFile::open(&file).unwrap().decode(10_000).unwrap_err();
        assert!(
            matches!(error, JpegError::LimitExceeded { .. }),
            "{error:?}"
        );
    }

    #[test]
    fn a_progressive_file_takes_more_memory_than_its_pixels() {
        let (width, height) = (64, 64);
        let pixels = vec![100; width * height * 3];
        let file = Encoder::new(&pixels, width, height, PixelFormat::Rgb)
            .progressive(true)
            .encode()
            .unwrap();
        let file = JpegFile::open(&file).unwrap();
        let total = file.total_bytes();
        assert!(file.decode(total + 100).is_err());
    }
}
