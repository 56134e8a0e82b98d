//! The processor and its caches, as the files of Linux tell them, else `lscpu`, else macOS's
//! `sysctl`; unknown where none does.

use std::fs;
use std::path::Path;
use std::process::Command;

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
        if caches == [None; 3] {
            caches = told_caches();
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

/// The caches' sizes in bytes, by `lscpu` or `sysctl`.
fn told_caches() -> [Option<usize>; 3] {
    let table = said("lscpu", &["-B", "--caches=NAME,ONE-SIZE"]).unwrap_or_default();
    let row = |name: &str| {
        let mut words = table.lines().map(str::split_whitespace);
        words.find_map(|mut w| (w.next()? == name).then(|| w.next()?.parse().ok())?)
    };
    let mac = |name: &str| {
        let fast = sysctl(&format!("hw.perflevel0.{name}"));
        fast.or_else(|| sysctl(&format!("hw.{name}")))
    };
    [
        row("L1d").or_else(|| mac("l1dcachesize")),
        row("L2").or_else(|| mac("l2cachesize")),
        row("L3").or_else(|| mac("l3cachesize")),
    ]
}

/// Output of a program; none of one that is not there or fails.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    let output = command.args(arguments).env("LC_ALL", "C").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

/// A number of macOS's; zero is as none.
fn sysctl(name: &str) -> Option<usize> {
    let number = said("sysctl", &["-n", name])?.parse().ok();
    number.filter(|n| *n > 0)
}

/// A field of lines `name : value`.
fn field(text: &str, name: &str) -> Option<String> {
    let line = text.lines().find(|l| l.trim_start().starts_with(name))?;
    let value = line.split_once(':')?.1.trim();
    (!value.is_empty() && value != "-").then(|| value.to_owned())
}

/// The name in `/proc/cpuinfo`, which only x86 has there.
fn processor() -> Option<String> {
    let file = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    field(&file, "model name")
        .or_else(|| field(&said("lscpu", &[])?, "Model name"))
        .or_else(|| said("sysctl", &["-n", "machdep.cpu.brand_string"]))
}

/// Bytes of memory.
fn memory() -> Option<usize> {
    let file = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes = |text: String| text.split_whitespace().next()?.parse::<usize>().ok();
    field(&file, "MemTotal")
        .and_then(kilobytes)
        .and_then(|k| k.checked_mul(1024))
        .or_else(|| sysctl("hw.memsize"))
}
