mod mistakes;
mod pipeline;
mod properties;
mod reference;
mod registry;

use image::GrayImage;

use super::*;

/// Steps as JSON, which is as a configuration has them.
fn steps(json: &str) -> Vec<Step> {
    serde_json::from_str(json).unwrap()
}

fn pipeline(json: &str) -> Pipeline {
    Pipeline::new(steps(json)).unwrap()
}
