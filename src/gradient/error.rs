/// A gradient cannot be computed.
#[derive(Debug, thiserror::Error)]
pub enum GradientError {
    #[error("the network has no layer \"{name}\"; expected one of {}", .layers.join(", "))]
    NoLayer { name: String, layers: Vec<String> },
    #[error(
        "the objective does not depend on {0}, so it has no gradient; compute it from the outputs it is given"
    )]
    Independent(&'static str),
}
