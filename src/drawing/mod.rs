//! Drawing on images: text, enlarged images and heat maps, and tiles with captions in rows.

mod enlarge;
mod text;
mod tiles;

pub use enlarge::{heat_map, photo};
pub use text::{BACKGROUND, GLYPH, TEXT, fill, write};
pub use tiles::{Tile, rows};
