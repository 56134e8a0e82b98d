"""Positions of users in [0, 1), written to route.in. Run: python route.py"""
import hashlib
import struct

def position(salt, user):
    s = salt.encode()
    digest = hashlib.sha256(struct.pack("<Q", len(s)) + s + user.encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2.0**53

cases = [("s", "user123"), ("ranking-2024-06", "user0"), ("", ""), ("salt", "ключ")]
with open("route.in", "w") as f:
    f.write("[" + ", ".join(f'("{s}", "{u}", {position(s, u)!r})' for s, u in cases) + "]\n")
for share in (0.1, 0.5):
    print(share, sum(position("ranking-2024-06", f"user{i}") < share for i in range(10_000)))
