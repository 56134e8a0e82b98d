#!/usr/bin/env bash
# This project and the libraries beside, on the same files, in turn, and the board of it:
#
#   benches/peers/run.sh [WORKLOAD...] [options]
#
#   WORKLOAD         gbdt forest explain recsys mlp metrics preprocess drift growth (all of them)
#   --quick          small data, two rounds, all cores: shows that everything runs, in minutes
#   --threads 1,2    numbers of threads (1 and all cores)
#   --rounds N       both sides in turn, so many times (3)
#   --seeds N        most rounds where quality differs by more than its tolerance (5)
#   --only PATTERNS  comma-separated DATASET/CASE patterns of our cases, e.g. 'higgs/*' (all)
#   --patience S     a library beside that took longer in the first round has no other (120)
#   --timeout S      wall seconds a process (3600)
#   --out DIR        where results and the board go (target/peers/board, or board-quick)
#   --data DIR       where the data is made (target/peers/data, or data-quick)
#   --resume         go on with the results in DIR
#   --old            an environment with older parts, too, for libraries that need them (lleaves)
#   --python FILE    the Python of an environment that is there; nothing is installed, --old neither
#   --no-rust        without the libraries of Rust, which take a build
#   --build-times    compile times and crate counts of small programs, too
#
# It needs Rust, a C compiler and Python 3 with venv and pip. What this machine lacks is skipped,
# and said. Everything is written below target/; an environment of Python with all libraries takes
# 3 GB. TORCH_INDEX=URL names an index of PyTorch's wheels for processors alone; else the general
# one serves.
set -euo pipefail
from=$PWD
cd "$(dirname "$0")/../.."
root=$PWD
target=${CARGO_TARGET_DIR:-$root/target}
home=$target/peers
workloads=() options=() quick='' old='' python='' rust=yes out='' data=''
absolute() { case "$1" in /*) echo "$1" ;; *) echo "$from/$1" ;; esac; }
usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p;}' "$root/benches/peers/run.sh"; }
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) usage; exit ;;
    --quick) quick=-quick; options+=(--quick) ;;
    --resume | --build-times) options+=("$1") ;;
    --old) old=yes ;;
    --no-rust) rust='' ;;
    --threads | --rounds | --seeds | --only | --patience | --timeout | --out | --data | --python)
      [ $# -gt 1 ] || { echo "error: $1 lacks its value" >&2; exit 2; }
      case "$1" in
        --out) out=$(absolute "$2") ;;
        --data) data=$(absolute "$2") ;;
        --python)
          case "$2" in */*) python=$(absolute "$2") ;; *) python=$2 ;; esac
          python=$(command -v "$python") || { echo "error: no Python $2" >&2; exit 2; }
          ;;
        *) options+=("$1" "$2") ;;
      esac
      shift ;;
    -*) echo "error: unknown option $1" >&2; usage >&2; exit 2 ;;
    *) workloads+=("$1") ;;
  esac
  shift
done
out=${out:-$home/board$quick}
data=${data:-$home/data$quick}
say() { printf '\n=== %s (%s s)\n' "$1" "$SECONDS" >&2; }
skip() { printf 'skipped: %s\n' "$1" >&2; }
all=(gbdt forest explain recsys mlp metrics preprocess drift growth)
[ ${#workloads[@]} -gt 0 ] || workloads=("${all[@]}")
command -v cargo > /dev/null || { echo "error: no cargo; Rust is needed" >&2; exit 2; }
mkdir -p "$home" "$out" "$data"

say "our side"
cargo bench --locked --no-run --bench data --bench peers --bench limits --bench suite
# Workloads and patterns that match nothing are refused before anything is made or installed.
cargo bench --locked --bench suite -- "${workloads[@]}" ${options[@]+"${options[@]}"} --list \
  > /dev/null

say "data"
sets=''
for workload in "${workloads[@]}"; do
  case "$workload" in
    gbdt) sets+=higgs,reg,multi,ltr,cat, ;;
    forest | explain) sets+=higgs, ;;
    growth) sets+=higgs,cat, ;;
    recsys | mlp | drift) sets+=$workload, ;;
    metrics) sets+=scores, ;;
    preprocess) sets+=table, ;;
    *) echo "error: unknown workload $workload; there are: ${all[*]}" >&2; exit 2 ;;
  esac
done
sets=$(tr ',' '\n' <<< "$sets" | sort -u | paste -sd, - | sed 's/^,//')
cargo bench --locked --bench data -- --out "$data" --only "$sets" ${quick:+--quick}

# An environment with the pinned libraries: environment NAME REQUIREMENTS
environment() {
  local folder=$home/$1 file=benches/peers/python/$2 stamp
  stamp=$(cksum < "$file")
  imports() { "$folder/bin/python" -c 'import numpy' 2>> "$folder/pip.log"; }
  if [ "$(cat "$folder/stamp" 2> /dev/null)" = "$stamp" ] && imports; then return; fi
  command -v python3 > /dev/null || { skip "no python3"; return 1; }
  if ! "$folder/bin/python" -m pip --version > /dev/null 2>&1; then
    rm -rf "$folder" # half an environment is worse than none
    if ! python3 -m venv "$folder" || ! "$folder/bin/python" -m pip --version > /dev/null; then
      rm -rf "$folder"
      skip "python3 has no venv with pip"
      return 1
    fi
  fi
  local pip=("$folder/bin/python" -m pip install --disable-pip-version-check --progress-bar off)
  # Without building from source first: a build may want compilers that are not there.
  if ! "${pip[@]}" --only-binary :all: -r "$file" > "$folder/pip.log" 2>&1; then
    echo "not all at once (see $folder/pip.log); one by one" >&2
    local line
    while IFS= read -r line; do
      case "$line" in '' | '#'*) continue ;; esac
      "${pip[@]}" "$line" >> "$folder/pip.log" 2>&1 || skip "${line%%;*} can not be installed"
    done < "$file"
  fi
  # All cases need NumPy: without it, the next run tries again.
  if ! imports; then
    skip "NumPy is not there: see $folder/pip.log"
    return 1
  fi
  echo "$stamp" > "$folder/stamp"
}
if [ -n "$python" ]; then
  [ -z "$old" ] || echo "--old is ignored beside --python" >&2
  options+=(--python "$python")
else
  say "libraries of Python (the first time, minutes)"
  if environment venv requirements.txt; then
    options+=(--python "$home/venv/bin/python")
    if [[ " ${workloads[*]} " == *' mlp '* ]]; then
      benches/peers/python/torch.sh "$home/venv/bin/python" || skip "PyTorch can not be installed"
    fi
  fi
  if [ -n "$old" ] && environment venv-old requirements-old.txt; then
    options+=(--python-old "$home/venv-old/bin/python")
  fi
fi

if [ -n "$rust" ] && [[ " ${workloads[*]} " =~ ' '(gbdt|forest)' ' ]]; then
  say "libraries of Rust"
  manifest=benches/peers/rust/Cargo.toml
  if cargo build --release --locked --manifest-path "$manifest" --target-dir "$home/rust"; then
    options+=(--rust "$home/rust/release/peers")
  else
    skip "the libraries of Rust do not build here"
  fi
fi

say "both sides in turn"
cargo bench --locked --bench suite -- "${workloads[@]}" \
  --data-dir "$data" --out "$out" ${options[@]+"${options[@]}"}
