//! JPEG files, decoded as libjpeg-turbo decodes them.
//!
//! Pretrained networks were trained on the pixels that libjpeg-turbo decodes (Pillow, torchvision,
//! OpenCV and TensorFlow all use it), and reach their published accuracy on the same pixels only.
//! The decoder used here reproduces them bit for bit.

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, RgbImage};
use libjpeg_turbo_rs::common::types::ComponentInfo;
use libjpeg_turbo_rs::{Decoder, JpegError, PixelFormat};

use crate::text::catch_panic;

/// Whether `bytes` starts with the signature of a JPEG file.
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
        let mut decoder = decode_or_refuse(|| Decoder::new(bytes))?;
        let components = &decoder.header().components;
        let format = match components.len() {
            1 => PixelFormat::Grayscale,
            // Photographs prepared for print.
            4 if has_supported_sampling(components) => PixelFormat::Cmyk,
            4 => return Err(JpegError::Unsupported("sampling factors of CMYK".into())),
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

    /// Orientation of the camera in the EXIF data.
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
        let data = decode_or_refuse(|| self.decoder.decode_image())?.data;
        let image = match self.format {
            PixelFormat::Grayscale => {
                GrayImage::from_raw(width, height, data).map(DynamicImage::ImageLuma8)
            }
            PixelFormat::Cmyk => {
                RgbImage::from_raw(width, height, cmyk_to_rgb(&data)).map(DynamicImage::ImageRgb8)
            }
            _ => RgbImage::from_raw(width, height, data).map(DynamicImage::ImageRgb8),
        };
        image.ok_or_else(|| JpegError::CorruptData("the pixels do not fill the image".into()))
    }
}

fn decode_or_refuse<T>(read: impl FnOnce() -> Result<T, JpegError>) -> Result<T, JpegError> {
    catch_panic(read).unwrap_or_else(|reason| Err(JpegError::CorruptData(reason)))
}

/// Whether the first and last component are sampled at full resolution, and the two between them
/// alike at a whole fraction of it: the decoder assumes this without checking.
fn has_supported_sampling(components: &[ComponentInfo]) -> bool {
    let size = |part: &ComponentInfo| [part.horizontal_sampling, part.vertical_sampling];
    let [first, second, third, last] = [0, 1, 2, 3].map(|at| components.get(at).map(size));
    let divides = |(whole, part): (&u8, &u8)| *part > 0 && whole.is_multiple_of(*part);
    match (first, second) {
        (Some(first_size), Some(second_size)) => {
            first == last && second == third && first_size.iter().zip(&second_size).all(divides)
        }
        _ => false,
    }
}

/// RGB of CMYK that is stored inverted (255 is no ink), as Adobe's programs do.
fn cmyk_to_rgb(cmyk: &[u8]) -> Vec<u8> {
    let blend = |ink: u8, black: u8| ((u16::from(ink) * u16::from(black) + 127) / 255) as u8;
    let (pixels, _) = cmyk.as_chunks::<4>();
    let rgb = pixels
        .iter()
        .map(|&[c, m, y, k]| [c, m, y].map(|ink| blend(ink, k)));
    rgb.flatten().collect()
}

#[cfg(test)]
pub(crate) mod tests;
