#!/usr/bin/env bash
# A server under load, seen from outside: throughput, memory, slow and silent clients, a stop that loses nothing.
#
#   tests/load.sh [--quick] [--server BINARY] [--shopsmart]
#
# --quick       seconds in place of minutes
# --server BIN  start this in place of building one; called as `BIN ADDRESS`
# --shopsmart   build and train the main example, and put the load on that
#
# Needs wrk, curl and Python 3. Prints a table; exits with 1 when a line of it failed.
set -euo pipefail
cd "$(dirname "$0")/.."
quick=0 server="" shop=0
while [ $# -gt 0 ]; do
  case "$1" in
    --quick) quick=1 ;;
    --server) server="$2"; shift ;;
    --shopsmart) shop=1 ;;
    *) sed -n '2,10p' "$0"; exit 2 ;;
  esac
  shift
done
command -v wrk > /dev/null && command -v curl > /dev/null || { echo "load.sh: wrk and curl are needed"; exit 2; }
target="${CARGO_TARGET_DIR:-target}"
work="$(mktemp -d)"
pid=""
cleanup() { [ -z "$pid" ] || kill -KILL "$pid" 2> /dev/null || true; rm -rf "$work"; }
trap cleanup EXIT
if [ "$shop" = 1 ]; then
  cargo build --release --locked --example shopsmart
  printf '#!/usr/bin/env bash\nexec "%s" --out "%s" --serve "$1"\n' \
    "$target/release/examples/shopsmart" "$work/shop" > "$work/server"
  chmod +x "$work/server"; server="$work/server"
elif [ -z "$server" ]; then
  cargo build --release --locked -p ml-serve --example load_server
  server="$target/release/examples/load_server"
fi
if [ "$quick" = 1 ]; then load_s=5 memory_s=20 mark_s=10; else load_s=20 memory_s=180 mark_s=60; fi
address="127.0.0.1:$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')"
user=u1

ready() { # until ready, at most 15 minutes: the main example trains first
  for _ in $(seq 9000); do
    if curl -sf -m 2 "http://$address/health/ready" > /dev/null 2>&1; then return 0; fi
    kill -0 "$pid" 2> /dev/null || { echo "load.sh: the server ended"; cat "$work/log"; exit 1; }
    sleep 0.1
  done
  echo "load.sh: not ready"; exit 1
}
start() { # [limit of open files]
  ( [ -z "${1:-}" ] || ulimit -n "$1"; exec "$server" "$address" ) > "$work/log" 2>&1 &
  pid=$!
  ready
}
stop() { kill -TERM "$pid"; wait "$pid"; pid=""; }
rss_kb() { awk '/^VmRSS/ {print $2}' "/proc/$pid/status"; }

failed=0
row() { # name, found, wanted, 0 for success
  local verdict=ok
  [ "$4" = 0 ] || { verdict=FAILED; failed=1; }
  printf '%-48s %-26s %-34s %s\n' "$1" "$2" "$3" "$verdict" | tee -a "$work/table"
}
holds() { python3 -c "import sys; sys.exit(not ($1))" && echo 0 || echo 1; }

cat > "$work/post.lua" <<LUA
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = '{"user_id": "$user", "num_recommendations": 10}'
LUA
load() { wrk -t2 -c64 -d"$1"s --latency -s "$work/post.lua" "http://$address/api/v1/recommendations"; }

cat > "$work/clients.py" <<'PY'
"""Clients that misbehave. Usage: clients.py CASE HOST:PORT [PID]"""
import os, signal, socket, sys, threading, time

case, (host, port) = sys.argv[1], sys.argv[2].split(":")
ASK = b'{"user_id": "u1"}'
HEAD = (b"POST /api/v1/recommendations HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        b"content-length: %d\r\n\r\n" % len(ASK))
LIVE = b"GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"


def connect():
    return socket.create_connection((host, int(port)), timeout=20)


def answer(stream):
    """One whole answer, or what came of it."""
    got = b""
    while True:
        head, end, body = got.partition(b"\r\n\r\n")
        if end:
            fields = dict(l.lower().split(b": ", 1) for l in head.split(b"\r\n")[1:])
            if len(body) >= int(fields.get(b"content-length", b"0")):
                return int(head[9:12]), fields.get(b"connection") == b"close"
        more = stream.recv(65536)
        if not more:
            raise OSError("ended after %d bytes" % len(got))
        got += more


def slow():
    """256 bodies at a byte a second while 100 others ask: how many of these are answered with 200."""
    streams, end = [], threading.Event()
    for _ in range(256):
        s = connect()
        s.sendall(HEAD + ASK[:1])
        streams.append(s)

    def drip():
        for at in range(1, len(ASK)):
            if end.wait(1):
                return
            for s in streams:
                try:
                    s.sendall(ASK[at:at + 1])
                except OSError:
                    pass
    thread = threading.Thread(target=drip)
    thread.start()
    time.sleep(1)
    good = 0
    for _ in range(100):
        s = connect()
        s.sendall(HEAD + ASK)
        good += answer(s)[0] == 200
        s.close()
    end.set()
    thread.join()
    print(good)


def silent():
    """140 silent connections, made anew when they are closed: the longest of 20 looks at /health/live, in seconds."""
    held = [connect() for _ in range(140)]
    worst = 0.0
    for _ in range(20):
        for at, s in enumerate(held):
            s.setblocking(False)
            try:
                if s.recv(1) == b"":
                    raise ConnectionResetError
            except BlockingIOError:
                pass
            except OSError:
                s.close()
                held[at] = connect()
        began = time.monotonic()
        s = connect()
        s.sendall(LIVE)
        assert answer(s)[0] == 200
        worst = max(worst, time.monotonic() - began)
        s.close()
        time.sleep(0.25)
    print("%.2f" % worst)


def half_closed():
    """100 clients that close their side after sending: how many get their answer."""
    good = 0
    for _ in range(100):
        s = connect()
        s.sendall(HEAD + ASK)
        s.shutdown(socket.SHUT_WR)
        good += answer(s)[0] == 200
        s.close()
    print(good)


def term():
    """24 clients ask without pause while the server is told to stop: answered, lost, seconds to the end.

    Five half-sent requests are open all the while."""
    pid, answered, lost = int(sys.argv[3]), [0] * 24, []
    halves = [connect() for _ in range(5)]
    for s, text in zip(halves, [b"", b"POST /api", HEAD[:40], HEAD, HEAD + ASK[:3]]):
        s.sendall(text)

    def client(me):
        while True:
            try:
                s = connect()
            except OSError:
                return
            try:
                while True:
                    s.sendall(HEAD + ASK)
                    status, last = answer(s)
                    if status != 200:
                        lost.append(str(status))
                    answered[me] += 1
                    if last:
                        break
            except OSError as e:
                lost.append(repr(e))
                return
            finally:
                s.close()
    threads = [threading.Thread(target=client, args=(i,)) for i in range(24)]
    for t in threads:
        t.start()
    time.sleep(1)
    began = time.monotonic()
    os.kill(pid, signal.SIGTERM)
    for t in threads:
        t.join()
    while os.path.exists("/proc/%d" % pid) and open("/proc/%d/stat" % pid).read().split()[2] != "Z":
        time.sleep(0.05)
    print(sum(answered), len(lost), "%.1f" % (time.monotonic() - began))
    for why in lost[:5]:
        print("lost:", why, file=sys.stderr)


{"slow": slow, "silent": silent, "half": half_closed, "term": term}[case]()
PY
client() { python3 "$work/clients.py" "$1" "$address" ${2:+"$2"}; }

printf '%-48s %-26s %-34s %s\n' "what" "found" "wanted" "" | tee "$work/table"
start
load 2 > /dev/null
load "$load_s" > "$work/wrk"
rate="$(awk '/^Requests\/sec/ {print $2}' "$work/wrk")"
p99="$(awk '$1 == "99%" {print $2}' "$work/wrk")"
bad="$(awk '/Non-2xx/ {print $NF} /Socket errors/ {print "sockets"}' "$work/wrk" | tr '\n' ' ')"
row "64 connections, $load_s s: requests a second" "$rate" "every answer 200" "$([ -z "$bad" ] && echo 0 || echo 1)"
row "  99th percentile" "$p99" "-" 0

load "$memory_s" > "$work/wrk" & loader=$!
sleep "$mark_s"; first="$(rss_kb)"
sleep $((memory_s - mark_s - 1)); last="$(rss_kb)"
wait "$loader"
grew="$(python3 -c "print(round(($last / $first - 1) * 100, 1))")"
asked="$(awk '/requests in/ {print $1}' "$work/wrk")"
row "memory from second $mark_s to $((memory_s - 1)) under load" "$first to $last kB, $grew %" "at most 5 % more" "$(holds "$grew <= 5")"
row "  requests meanwhile" "$asked" "-" 0

good="$(client slow)" || good=0
row "256 bodies at a byte a second: others answered" "$good of 100" "100" "$(holds "$good == 100")"
good="$(client half)" || good=0
row "clients that half-close after sending: answered" "$good of 100" "100" "$(holds "$good == 100")"
code=0; "$server" "$address" > "$work/second" 2>&1 & second=$!
for _ in $(seq 50); do kill -0 "$second" 2> /dev/null || break; sleep 0.1; done
if kill -0 "$second" 2> /dev/null; then kill -KILL "$second"; code=still; else wait "$second" || code=$?; fi
row "a second server on the port" "exit $code" "an error within 5 s" "$([ "$code" != 0 ] && [ "$code" != still ] && echo 0 || echo 1)"
read -r answered lost took <<< "$(client term "$pid")" || true
code=0; wait "$pid" || code=$?; pid=""
row "SIGTERM under 24 clients and 5 halves: lost" "${lost:-?} of ${answered:-?}" "0" "$(holds "'${lost:-?}' == '0'")"
row "  seconds to the end, exit code" "${took:-?} s, $code" "under 10 s, 0" "$(holds "float('${took:-99}' or 99) < 10 and $code == 0")"

start 128
worst="$(client silent)" || worst=99
row "140 silent connections, 128 files: /health/live" "worst of 20: $worst s" "answers, under 2 s" "$(holds "$worst < 2")"
stop

echo
[ "$failed" = 0 ] && echo "all lines hold" || { echo "a line failed"; exit 1; }
