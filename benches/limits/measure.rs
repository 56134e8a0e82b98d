//! Best of several timings of each limit, on one thread or several side by side.

use crate::kernels::{chase, copy, fma_f32, fma_f64, read, ring, store, store_words};
use crate::machine::Machine;
use std::hint::black_box;
use std::sync::Barrier;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

/// Bytes of a line.
const LINE: usize = 64;
/// Sizes taken where the machine does not tell: 32 KB, 1 MB.
const USUAL: [usize; 2] = [32 << 10, 1 << 20];
/// Most memory that all threads use together.
const MOST: usize = 1 << 30;

/// A level of the memory, and the bytes that each thread works on to measure it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Level {
    pub(crate) name: &'static str,
    pub(crate) bytes: usize,
}

/// The levels there are: half of a thread's share of each cache, and what no cache holds.
pub(crate) fn levels(machine: &Machine, threads: usize) -> Vec<Level> {
    let [first, second, third] = machine.caches;
    let [first, second] = [first.unwrap_or(USUAL[0]), second.unwrap_or(USUAL[1])];
    let mut levels = vec![
        Level {
            name: "L1",
            bytes: first / 2,
        },
        Level {
            name: "L2",
            bytes: second / 2,
        },
    ];
    // The last cache is shared.
    if let Some(bytes) = third.map(|b| b / (2 * threads)).filter(|b| *b > second) {
        levels.push(Level { name: "L3", bytes });
    }
    let most = machine.memory.map_or(MOST, |m| MOST.min(m / 4));
    let beyond = 4 * third.unwrap_or(second).max(16 << 20);
    let bytes = beyond.min(most) / threads;
    levels.push(Level {
        name: "memory",
        bytes,
    });
    levels
}

/// Kinds of access, by name.
pub(crate) const ACCESSES: [(&str, Access); 3] = [
    ("read", |lines, _| {
        black_box(read(lines));
    }),
    ("store", |lines, pass| store(lines, pass)),
    ("copy", |lines, _| copy(lines)),
];

/// One pass over lines.
pub(crate) type Access = fn(&mut [[u64; 8]], u64);

/// Gigabytes a second of one kind of access, all threads together.
pub(crate) fn bandwidth(access: Access, level: Level, threads: usize, seconds: f64) -> f64 {
    let (lines, passes) = passes(level);
    let bytes = lines * LINE;
    let rate = best(threads, seconds, || {
        let mut lines = vec![[1u64; 8]; lines];
        move || {
            (0..passes).for_each(|pass| access(black_box(&mut lines), pass as u64));
            (passes * bytes) as f64
        }
    });
    rate / 1e9
}

/// Gigabytes a second of stores of eight bytes each, all threads together.
pub(crate) fn word_stores(level: Level, threads: usize, seconds: f64) -> f64 {
    let (lines, passes) = passes(level);
    let rate = best(threads, seconds, || {
        let lines: Vec<[AtomicU64; 8]> = (0..lines).map(|_| Default::default()).collect();
        move || {
            (0..passes).for_each(|pass| store_words(black_box(&lines), pass as u64));
            (passes * lines.len() * LINE) as f64
        }
    });
    rate / 1e9
}

/// Lines of a level, and enough passes over them that starting them is nothing.
fn passes(level: Level) -> (usize, usize) {
    let lines = (level.bytes / LINE).max(8);
    (lines, ((4 << 20) / (lines * LINE)).max(1))
}

/// Nanoseconds of a read that waits for the one before it, on one of the threads.
pub(crate) fn random_read(level: Level, threads: usize, seconds: f64) -> f64 {
    const STEPS: usize = 1 << 16;
    let lines = (level.bytes / LINE).max(8);
    let rate = best(threads, seconds, || {
        let ring = ring(lines);
        move || {
            black_box(chase(black_box(&ring), STEPS));
            STEPS as f64
        }
    });
    1e9 * threads as f64 / rate
}

/// Thousand million operations a second, all threads together; a multiplication with an addition
/// counts as two.
pub(crate) fn arithmetic(double: bool, threads: usize, seconds: f64) -> f64 {
    let work = || {
        move || {
            if double {
                fma_f64(1 << 16)
            } else {
                fma_f32(1 << 16)
            }
        }
    };
    best(threads, seconds, work) / 1e9
}

/// The best rate over `seconds` of repeated runs: units that all threads' works did, over the time
/// of the slowest.
fn best<W: FnMut() -> f64 + Send>(threads: usize, seconds: f64, work: impl Fn() -> W) -> f64 {
    let mut works: Vec<W> = (0..threads).map(|_| work()).collect();
    let barrier = Barrier::new(threads);
    let run = |work: &mut W| {
        work(); // the data comes into its place
        barrier.wait();
        let (start, mut rates) = (Instant::now(), Vec::new());
        while start.elapsed().as_secs_f64() < seconds {
            let clock = Instant::now();
            let units = work();
            rates.push(units / clock.elapsed().as_secs_f64());
        }
        // With others beside it, what it keeps up; alone, the best of its runs.
        rates.sort_by(f64::total_cmp);
        match threads {
            1 => rates.last().copied(),
            _ => rates.get(rates.len() / 2).copied(),
        }
    };
    let run = &run;
    std::thread::scope(|scope| {
        let started: Vec<_> = works
            .iter_mut()
            .map(|w| scope.spawn(move || run(w)))
            .collect();
        started
            .into_iter()
            .filter_map(|t| t.join().ok().flatten())
            .sum()
    })
}
