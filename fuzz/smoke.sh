#!/usr/bin/env bash
# Every fuzz target for some seconds (default 20): fuzz/smoke.sh [SECONDS] [TARGET...]
# The same inputs each time; FUZZ_SEED=0 draws others.
# Needs cargo-fuzz (cargo install cargo-fuzz) and a C++ compiler; works on stable Rust, without sanitizers.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds="${1:-20}"
shift || true
targets=("$@")
[ "${#targets[@]}" -gt 0 ] || mapfile -t targets < <(cd fuzz/fuzz_targets && ls *.rs | sed 's/\.rs$//')
for target in "${targets[@]}"; do
  echo "--- $target"
  log=$(mktemp)
  # A case may take a second and half a gigabyte; a loaded machine is given some more time.
  if ! RUSTC_BOOTSTRAP=1 cargo fuzz run --sanitizer none "$target" -- -max_total_time="$seconds" \
    -seed="${FUZZ_SEED:-1}" -timeout="${FUZZ_TIMEOUT:-10}" -rss_limit_mb=512 -max_len=20000 > "$log" 2>&1; then
    tail -n 60 "$log"
    exit 1
  fi
  grep -E '^Done|stat::number_of_executed' "$log" || tail -n 3 "$log"
  rm -f "$log"
done
