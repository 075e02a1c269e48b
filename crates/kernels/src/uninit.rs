//! Output memory that many threads fill.
//!
//! A thread zeroes its slice just before it fills it, while the memory is in its cache. Zeroing a
//! large output beforehand takes one thread as long as a layer takes all of them.

use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicUsize, Ordering};

/// An uninitialised array that threads fill, each a slice of its own.
pub struct UninitBuffer<T> {
    values: Vec<T>,
    len: usize,
    initialized: AtomicUsize,
}

/// A slice of an [`UninitBuffer`].
pub struct UninitSlice<'a, T> {
    values: &'a mut [MaybeUninit<T>],
    /// Counts for the whole buffer.
    initialized: &'a AtomicUsize,
}

impl<T: Copy + Default> UninitBuffer<T> {
    /// Memory for `len` values.
    pub fn new(len: usize) -> Self {
        Self {
            values: Vec::with_capacity(len),
            len,
            initialized: AtomicUsize::new(0),
        }
    }

    /// The whole buffer. What an earlier call initialised counts as uninitialised again.
    pub fn as_uninit(&mut self) -> UninitSlice<'_, T> {
        self.initialized = AtomicUsize::new(0);
        UninitSlice {
            values: &mut self.values.spare_capacity_mut()[..self.len],
            initialized: &self.initialized,
        }
    }

    /// The values.
    ///
    /// # Panics
    /// When a slice was not initialised.
    pub fn into_vec(mut self) -> Vec<T> {
        let initialized = self.initialized.into_inner();
        assert_eq!(initialized, self.len, "a slice was not initialised");
        // SAFETY: there is memory for `len` values, and all are initialised: slices do not
        // overlap, each is initialised at most once because that consumes it, and those
        // initialised since the last `as_uninit` have `len` values together.
        #[allow(unsafe_code)]
        unsafe {
            self.values.set_len(self.len);
        }
        self.values
    }
}

impl<'a, T: Copy + Default> UninitSlice<'a, T> {
    /// Splits off and returns the first `count` values; the others stay.
    pub fn split_to(&mut self, count: usize) -> Self {
        let (first, rest) = std::mem::take(&mut self.values).split_at_mut(count);
        self.values = rest;
        Self {
            values: first,
            initialized: self.initialized,
        }
    }

    /// Initialises the slice with zeros.
    pub fn zeroed(self) -> &'a mut [T] {
        self.values.fill(MaybeUninit::new(T::default()));
        (self.initialized).fetch_add(self.values.len(), Ordering::Relaxed);
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
    use super::UninitBuffer;

    #[test]
    fn slices_are_zero_and_keep_what_is_written() {
        let mut buffer = UninitBuffer::<f32>::new(10);
        let mut rest = buffer.as_uninit();
        let slices = [rest.split_to(3), rest.split_to(0), rest.split_to(7)];
        std::thread::scope(|scope| {
            for (number, slice) in slices.into_iter().enumerate() {
                scope.spawn(move || {
                    let values = slice.zeroed();
                    assert!(values.iter().all(|&value| value == 0.0));
                    values.fill(number as f32);
                });
            }
        });
        assert_eq!(
            buffer.into_vec(),
            [[0.0; 3].as_slice(), [2.0; 7].as_slice()].concat()
        );
    }

    #[test]
    #[should_panic(expected = "a slice was not initialised")]
    fn a_slice_that_nobody_initialised_is_noticed() {
        let mut buffer = UninitBuffer::<u8>::new(4);
        let mut rest = buffer.as_uninit();
        rest.split_to(2).zeroed();
        buffer.into_vec();
    }
}
