#!/usr/bin/env bash
# PyTorch for processors in an environment: torch.sh PYTHON
# Its wheels for processors alone have an index of their own: TORCH_INDEX names it. Without it, the
# general wheel is installed without the gigabytes of libraries for graphics cards that it names, and
# each of these is stood in for by an empty library of its name: they are loaded, and never called
# where there is no card.
set -euo pipefail
python="$1"
version=2.15.0
imports() { "$python" -c 'import torch; torch.ones(2) @ torch.ones(2)' > /dev/null 2>&1; }
imports && exit 0
pip() { "$python" -m pip install --quiet --disable-pip-version-check "$@"; }
case "$(uname -sm)" in
  "Linux x86_64") ;;
  *) pip "torch==$version"; exit ;; # these wheels are for processors
esac
if [ -n "${TORCH_INDEX:-}" ]; then
  pip --index-url "$TORCH_INDEX" "torch==$version"
  imports
  exit
fi
pip --no-deps "torch==$version" nvidia-cuda-cupti==13.2.86 nvidia-cuda-runtime==13.2.86
pip filelock fsspec jinja2 networkx sympy typing-extensions setuptools
lib=$("$python" -c 'import sysconfig; print(sysconfig.get_paths()["platlib"])')/torch/lib
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Every undefined symbol that belongs to a library for graphics cards, as a function that fails.
readelf --dyn-syms --wide "$lib"/libtorch*.so "$lib"/libc10*.so |
  awk '$7 == "UND" { sub(/@.*/, "", $8); print $8 }' |
  grep -E '^(cublas|cudnn|cufft|cu[fF]ile|cusolver|cusparse|nccl|nvrtc|nvJitLink|nvshmem)' | sort -u |
  sed 's/.*/int &(void) { return 1; }/' > "$work/none.c"
needed() { readelf --dynamic "$lib"/lib*.so | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u; }
needed | while read -r needed; do
  case "$needed" in
    libcupti* | libcudart*) continue ;; # small, and installed above
    libnvshmem*) symbols=NVSHMEM ;;
    libcu* | libnv* | libnccl*) symbols=$needed ;;
    *) continue ;;
  esac
  echo "$symbols { *; };" > "$work/version.map"
  link=-Wl,-soname,"$needed",--version-script="$work/version.map"
  "${CC:-cc}" -w -shared -fPIC "$work/none.c" "$link" -o "$lib/$needed"
done
imports
