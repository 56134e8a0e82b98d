"""Golden values for popularity from NumPy. Run: python popularity.py > popularity.json"""
import json

import numpy as np

USERS, ITEMS, EVENTS, SEGMENTS, HALF_LIFE_HOURS, PRIOR = 25, 15, 120, 3, 36, 2.5
g = np.random.default_rng(11)
user = g.integers(0, USERS, EVENTS)
item = np.minimum(g.geometric(0.2, EVENTS) - 1, ITEMS - 1)
value = g.integers(1, 9, EVENTS) / 4
hour = g.integers(0, 200, EVENTS)
segment = g.integers(0, SEGMENTS, USERS)

pairs = np.zeros((USERS, ITEMS))
pairs[user, item] = 1
values = np.bincount(item, value, ITEMS)
decayed = np.bincount(item, value * 0.5 ** ((hour.max() - hour) / HALF_LIFE_HOURS), ITEMS)
share = decayed / decayed.sum()
by = np.stack([np.bincount(item[segment[user] == s], (value * 0.5 ** ((hour.max() - hour) / HALF_LIFE_HOURS))[segment[user] == s], ITEMS) for s in range(SEGMENTS)])
ranked = lambda c: [int(i) for i in np.lexsort((np.arange(ITEMS), -c)) if c[i] > 0]
print(json.dumps({
    "users": USERS, "items": ITEMS, "half_life_hours": HALF_LIFE_HOURS, "prior": PRIOR,
    "events": [[int(u), int(i), float(v), int(h)] for u, i, v, h in zip(user, item, value, hour)],
    "segment_of": segment.tolist(),
    "pairs": pairs.sum(0).tolist(), "pairs_ranked": ranked(pairs.sum(0)),
    "values": values.tolist(), "values_ranked": ranked(values),
    "decayed": decayed.tolist(), "decayed_ranked": ranked(decayed),
    "by_segment": (by + PRIOR * share).tolist(), "by_segment_ranked": [ranked(b + PRIOR * share) for b in by],
}, separators=(",", ":")))
