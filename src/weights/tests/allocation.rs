//! The memory that a function allocates, measured by the allocator of the test program.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Bytes allocated minus bytes freed by this thread, and the most of it.
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

struct Measured;

#[global_allocator]
static ALLOCATOR: Measured = Measured;

fn record(bytes: isize) {
    let live = LIVE.get() + bytes;
    LIVE.set(live);
    PEAK.set(PEAK.get().max(live));
}

// Every call goes to the system's allocator with the arguments it came with.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Measured {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        record(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        record(layout.size() as isize);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        record(-(layout.size() as isize));
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        record(size as isize - layout.size() as isize);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// The result of `run`, and the most bytes that it held at once on this thread.
pub fn measure<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE.get();
    PEAK.set(before);
    let result = run();
    (result, (PEAK.get() - before).max(0) as usize)
}

#[test]
fn the_peak_counts_what_is_held_at_once() {
    let (_, peak) = measure(|| {
        drop(vec![1_u8; 3000]);
        let mut grown: Vec<u8> = Vec::with_capacity(1000);
        grown.reserve_exact(5000);
        grown
    });
    assert!((5000..9000).contains(&peak), "{peak}");
}
