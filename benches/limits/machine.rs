//! The processor and its caches, as Linux tells them; unknown where it does not.

use std::fs;
use std::path::Path;

/// A processor and the caches of its first core.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    /// The processor's name.
    pub(crate) processor: Option<String>,
    /// Threads that run at the same time.
    pub(crate) cores: usize,
    /// Bytes of the caches for data of levels 1 to 3.
    pub(crate) caches: [Option<usize>; 3],
    /// Bytes of memory.
    pub(crate) memory: Option<usize>,
}

impl Machine {
    /// This machine.
    pub(crate) fn detect() -> Self {
        let mut caches = [None; 3];
        for index in 0..8 {
            let folder = format!("/sys/devices/system/cpu/cpu0/cache/index{index}");
            if let Some((level, bytes)) = cache(Path::new(&folder)) {
                caches[level - 1] = Some(bytes);
            }
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            processor: processor(),
            cores,
            caches,
            memory: memory(),
        }
    }
}

/// Level and size of a cache that holds data.
fn cache(folder: &Path) -> Option<(usize, usize)> {
    let read = |file: &str| fs::read_to_string(folder.join(file)).ok();
    if read("type")?.trim() == "Instruction" {
        return None;
    }
    let level: usize = read("level")?.trim().parse().ok()?;
    let bytes = size(read("size")?.trim())?;
    (1..=3).contains(&level).then_some((level, bytes))
}

/// The bytes of `48K` or `32M`.
fn size(text: &str) -> Option<usize> {
    let (digits, unit) = text.split_at(
        text.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len()),
    );
    let unit = match unit {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        _ => return None,
    };
    digits.parse::<usize>().ok()?.checked_mul(unit)
}

/// `model name` of x86; on other architectures the field is another one or not there.
fn processor() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|l| l.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn memory() -> Option<usize> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|l| l.strip_prefix("MemTotal:"))?;
    let kilobytes: usize = line.split_whitespace().next()?.parse().ok()?;
    kilobytes.checked_mul(1024)
}
