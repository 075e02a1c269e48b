//! A picture shown inside a mask only.

use image::{GrayImage, Luma, Rgb};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::preparation::filter::gaussian;
use crate::preparation::picture::Picture;
use crate::preparation::pictures::{ORIGINAL, Pictures};
use crate::preparation::setting::{SIGMA, SettingError, within, without_effect};
use crate::preparation::transform::Transform;

/// Shows a picture inside the mask and a background elsewhere. An empty mask leaves background only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ApplyMask {
    /// The mask: a name that an earlier step keeps; the picture worked on where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mask: Option<String>,
    /// The picture shown: `original`, or a name that an earlier step keeps.
    pub to: String,
    /// What is outside the mask.
    pub background: Background,
    /// Standard deviation of `background = "blurred"`, in pixels; 10 where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.1, max = 50.0))]
    pub sigma: Option<f64>,
}

impl Default for ApplyMask {
    fn default() -> Self {
        Self {
            mask: None,
            to: ORIGINAL.into(),
            background: Background::Black,
            sigma: None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Background {
    /// Grey level 0.
    Black,
    /// Grey level 255.
    White,
    /// The mean colour of the whole picture shown.
    Mean,
    /// The picture shown, blurred.
    Blurred,
}

const DEFAULT_SIGMA: f64 = 10.0;

impl Transform for ApplyMask {
    fn example() -> &'static str {
        "{ to = \"original\", background = \"mean\" }"
    }

    fn check(&self) -> Result<(), SettingError> {
        let blurred = self.background == Background::Blurred;
        let user = "background = \"blurred\"";
        without_effect("sigma", !blurred && self.sigma.is_some(), user)?;
        (self.sigma).map_or(Ok(()), |sigma| within("sigma", sigma, SIGMA))
    }

    fn references(&self) -> Vec<(&'static str, &str)> {
        let mask = self.mask.iter().map(|name| ("mask", &**name));
        mask.chain([("to", &*self.to)]).collect()
    }

    fn apply(&self, pictures: &mut Pictures) {
        let mask = pictures.mask(self.mask.as_deref());
        let shown = pictures.get(Some(&self.to)).clone();
        pictures.set(self.masked(&mask, shown));
    }
}

impl ApplyMask {
    /// `mask` and `picture` have the same size.
    fn masked(&self, mask: &GrayImage, picture: Picture) -> Picture {
        let background = match self.background {
            Background::Black => Picture::Grey(GrayImage::new(mask.width(), mask.height())),
            Background::White => picture
                .clone()
                .map_planes(|plane| filled(&plane, [255].into())),
            Background::Mean => picture.clone().map_planes(|plane| {
                let sum: u64 = plane.iter().map(|&value| u64::from(value)).sum();
                let count = plane.len() as u64;
                filled(&plane, [((sum + count / 2) / count) as u8].into())
            }),
            Background::Blurred => gaussian(picture.clone(), self.sigma.unwrap_or(DEFAULT_SIGMA)),
        };
        match picture {
            Picture::Grey(mut image) => {
                let background = background.into_grey();
                for ((value, &outside), &inside) in
                    image.iter_mut().zip(background.iter()).zip(mask.iter())
                {
                    if inside == 0 {
                        *value = outside;
                    }
                }
                Picture::Grey(image)
            }
            Picture::Rgb(mut image) => {
                let background = background.into_rgb();
                let pixels = image.pixels_mut().zip(background.pixels());
                for ((pixel, outside), &inside) in pixels.zip(mask.iter()) {
                    if inside == 0 {
                        *pixel = Rgb(outside.0);
                    }
                }
                Picture::Rgb(image)
            }
        }
    }
}

fn filled(plane: &GrayImage, value: Luma<u8>) -> GrayImage {
    GrayImage::from_pixel(plane.width(), plane.height(), value)
}
