use std::fmt;

use super::explainer::Explainer;
use crate::inspection::InspectionError;

/// How importance is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Feature maps of the last convolution, weighted by the mean gradient of the class logit, where
    /// the sum is positive (Selvaraju et al. 2017, arXiv 1610.02391).
    GradCam,
    /// Largest absolute gradient of the class logit over the channels of a pixel (Simonyan et al.
    /// 2014, arXiv 1312.6034).
    Saliency,
    /// Gradients along the straight line from a black image to this one. The importances add up to
    /// the difference between the two logits (Sundararajan et al. 2017, arXiv 1703.01365).
    IntegratedGradients,
    /// How far the class logit falls where a black square covers the image (Zeiler and Fergus 2014,
    /// arXiv 1311.2901).
    Occlusion,
}

impl Method {
    pub const ALL: [Method; 4] = [
        Method::GradCam,
        Method::Saliency,
        Method::IntegratedGradients,
        Method::Occlusion,
    ];
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Method::GradCam => "Grad-CAM",
            Method::Saliency => "saliency",
            Method::IntegratedGradients => "integrated gradients",
            Method::Occlusion => "occlusion",
        })
    }
}

/// The importance of every pixel for one class.
#[derive(Debug, Clone, PartialEq)]
pub struct Importance {
    pub method: Method,
    /// `[height, width]`
    pub values: Vec<f32>,
    /// For integrated gradients, by how much the sum of all importances differs from the change of
    /// the logit that it should equal, as a share of that change.
    pub incompleteness: Option<f64>,
}

impl Importance {
    /// Whether all pixels are equally important, so that the map says nothing.
    pub fn is_empty(&self) -> bool {
        self.values.windows(2).all(|pair| pair[0] == pair[1])
    }
}

impl Explainer {
    /// The importance of each pixel of an image for `class`; `None` for Grad-CAM where the network has
    /// no convolution.
    ///
    /// `pixels`: `[channels, height, width]`
    ///
    /// # Errors
    /// The device failed.
    pub fn importance(
        &self,
        method: Method,
        pixels: &[u8],
        class: usize,
    ) -> Result<Option<Importance>, InspectionError> {
        let image = self.normalized(pixels);
        let (values, incompleteness) = match method {
            Method::GradCam => match self.grad_cam(&image, class)? {
                Some(values) => (values, None),
                None => return Ok(None),
            },
            Method::Saliency => (self.saliency(&image, class)?, None),
            Method::IntegratedGradients => {
                let (values, incompleteness) = self.integrated_gradients(&image, class)?;
                (values, Some(incompleteness))
            }
            Method::Occlusion => (self.occlusion(&image, class)?, None),
        };
        Ok(Some(Importance {
            method,
            values,
            incompleteness,
        }))
    }
}
