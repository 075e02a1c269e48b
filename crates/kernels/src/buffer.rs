//! Memory for kernels: kept by a thread, or filled by many.

use std::mem::MaybeUninit;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};

use aligned_vec::AVec;

/// Values for vector instructions; kept by a thread and used again. They start where a cache line
/// does, so that vectors do not straddle two.
#[derive(Debug, Clone)]
pub struct Buffer(AVec<f32>);

impl Buffer {
    /// `len` zeros.
    pub fn zeros(len: usize) -> Self {
        let mut buffer = Self::default();
        buffer.set_len(len);
        buffer
    }

    /// Makes the buffer `len` long; what was there stays, what is new is zero.
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

/// Room for values that many threads fill, each a part of its own.
///
/// A thread zeroes its part just before it fills it, while the memory is in its cache; zeroing
/// all of a large output beforehand takes one thread as long as a layer takes them all.
pub struct Room<T> {
    values: Vec<T>,
    len: usize,
    /// Values in opened parts.
    ready: AtomicUsize,
}

/// A part of a [`Room`].
pub struct Part<'a, T> {
    values: &'a mut [MaybeUninit<T>],
    ready: &'a AtomicUsize,
}

impl<T: Copy + Default> Room<T> {
    pub fn new(len: usize) -> Self {
        Self {
            values: Vec::with_capacity(len),
            len,
            ready: AtomicUsize::new(0),
        }
    }

    /// The whole room. Parts of an earlier call are closed again.
    pub fn all(&mut self) -> Part<'_, T> {
        self.ready = AtomicUsize::new(0);
        Part {
            values: &mut self.values.spare_capacity_mut()[..self.len],
            ready: &self.ready,
        }
    }

    /// The values.
    ///
    /// # Panics
    /// When a part was not opened.
    pub fn into_values(mut self) -> Vec<T> {
        assert_eq!(self.ready.into_inner(), self.len, "a part is not filled");
        // SAFETY: there is room for `len` values, and all are initialised: parts do not overlap,
        // each is opened once, and those opened since the last `all` have as many values together.
        #[allow(unsafe_code)]
        unsafe {
            self.values.set_len(self.len);
        }
        self.values
    }
}

impl<'a, T: Copy + Default> Part<'a, T> {
    /// Takes the first `count` values off.
    pub fn take(&mut self, count: usize) -> Self {
        let (first, rest) = std::mem::take(&mut self.values).split_at_mut(count);
        self.values = rest;
        Self {
            values: first,
            ready: self.ready,
        }
    }

    /// The values of this part: zeros.
    pub fn open(self) -> &'a mut [T] {
        self.values.fill(MaybeUninit::new(T::default()));
        self.ready.fetch_add(self.values.len(), Ordering::Relaxed);
        let len = self.values.len();
        // SAFETY: all values of the slice were written just above.
        #[allow(unsafe_code)]
        unsafe {
            std::slice::from_raw_parts_mut(self.values.as_mut_ptr().cast(), len)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Room;

    #[test]
    fn parts_are_zero_and_keep_what_is_written() {
        let mut room = Room::<f32>::new(10);
        let mut all = room.all();
        let parts = [all.take(3), all.take(0), all.take(7)];
        std::thread::scope(|scope| {
            for (number, part) in parts.into_iter().enumerate() {
                scope.spawn(move || {
                    let values = part.open();
                    assert!(values.iter().all(|&value| value == 0.0));
                    values.fill(number as f32);
                });
            }
        });
        assert_eq!(
            room.into_values(),
            [[0.0; 3].as_slice(), [2.0; 7].as_slice()].concat()
        );
    }

    #[test]
    #[should_panic(expected = "a part is not filled")]
    fn a_part_that_nobody_opened_is_noticed() {
        let mut room = Room::<u8>::new(4);
        let mut all = room.all();
        all.take(2).open();
        room.into_values();
    }
}
