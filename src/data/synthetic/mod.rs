//! Data sets that the program draws itself: nothing to download, no files.
//!
//! Every image is a pure function of (drawing, split, seed, index), so that runs are reproducible on
//! every machine, images can be drawn in parallel and in any order, and drawing more images does not
//! change the earlier ones.
//!
//! In order: `ink`, `outline` and `pose`; `canvas`; `fabric`; `class_table`; the parts of garments
//! and pets; `garments`, `digits` and `pets`; `drawing`; `generate`.

mod bag;
mod canvas;
mod cat;
mod class_table;
mod digits;
mod dog;
mod drawing;
mod fabric;
mod face;
mod footwear;
mod garments;
mod generate;
mod ink;
mod outline;
mod pets;
mod pose;
mod sandal;
mod scenery;
mod tops;
mod upper_body;

pub use drawing::Drawing;
pub use generate::{SyntheticSplit, draw, load};
