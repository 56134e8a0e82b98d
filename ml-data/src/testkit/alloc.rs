//! Counting allocations, to prove that a warm row makes none.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system allocator, counting the calls of each thread. Install it in a test binary:
///
/// ```
/// #[global_allocator]
/// static ALLOCATOR: ml_data::testkit::CountingAllocator = ml_data::testkit::CountingAllocator;
///
/// let (n, v) = ml_data::testkit::allocations(|| vec![1, 2, 3]);
/// assert_eq!((n, v.len()), (Some(1), 3));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct CountingAllocator;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

fn count(bytes: usize) {
    // During thread teardown the counters may be gone; those calls are nobody's row.
    let _ = CALLS.try_with(|c| c.set(c.get() + 1));
    let _ = LARGEST.try_with(|c| c.set(c.get().max(bytes)));
}

// SAFETY: every call is passed on to the system allocator with the layout it came with; counting
// touches only thread-local integers without a destructor, so it can not allocate or re-enter.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's obligations are those of `System`.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `System` with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        // SAFETY: the pointer came from `System` with this layout.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// The number of allocations `work` makes on this thread, and its result; `None` when the counting
/// allocator is not installed.
pub fn allocations<T>(work: impl FnOnce() -> T) -> (Option<usize>, T) {
    let before = CALLS.with(Cell::get);
    drop(std::hint::black_box(Box::new(1u8)));
    let start = CALLS.with(Cell::get);
    let out = work();
    let end = CALLS.with(Cell::get);
    ((start > before).then(|| end - start), out)
}

/// The size in bytes of the largest allocation `work` asks for on this thread, and its result;
/// `None` when the counting allocator is not installed.
pub fn largest_allocation<T>(work: impl FnOnce() -> T) -> (Option<usize>, T) {
    let before = LARGEST.with(|c| c.replace(0));
    let (calls, out) = allocations(work);
    let largest = LARGEST.with(|c| c.replace(c.get().max(before)));
    (calls.map(|_| largest), out)
}
