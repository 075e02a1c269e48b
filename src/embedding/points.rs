/// The position of each image in the plane.
pub type Points = Vec<[f32; 2]>;
