//! Aligned memory that a thread keeps and uses again.

use std::ops::{Deref, DerefMut};

use aligned_vec::AVec;

/// A growable array that starts at a cache line, so that no vector straddles two.
#[derive(Debug, Clone)]
pub struct Buffer(AVec<f32>);

impl Buffer {
    /// `len` zeros.
    pub fn zeros(len: usize) -> Self {
        let mut buffer = Self::default();
        buffer.set_len(len);
        buffer
    }

    /// Makes the buffer `len` long; old values stay, new ones are zero.
    pub fn set_len(&mut self, len: usize) {
        self.0.resize(len, 0.0);
    }

    /// Makes the buffer `len` zeros.
    pub fn clear(&mut self, len: usize) {
        self.0.truncate(len);
        self.0.fill(0.0);
        self.0.resize(len, 0.0);
    }
}

impl Default for Buffer {
    fn default() -> Self {
        Self(AVec::new(0))
    }
}

impl Deref for Buffer {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.0
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.0
    }
}
