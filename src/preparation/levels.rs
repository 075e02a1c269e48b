//! Grey levels replaced by others.

/// The new level of each of the levels 0 to 255.
pub type Levels = [u8; 256];

/// Replaces every value by that in its place of `levels`.
pub fn look_up(values: &mut [u8], levels: &Levels) {
    for value in values {
        *value = levels[usize::from(*value)];
    }
}
