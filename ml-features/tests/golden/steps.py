"""Golden values of scikit-learn for ml-features: writes steps.json beside itself.

Needs numpy and scikit-learn (made with 1.9.1): python steps.py
"""
import datetime, json, pathlib
import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder

rng = np.random.default_rng(20240607)
n = 60
num = np.round(np.column_stack([rng.normal(10, 3, n), rng.exponential(100, n), np.full(n, 7.25)]), 3)
num[rng.random((n, 3)) < 0.15] = np.nan
weights = rng.integers(1, 5, n).astype(float)
levels = np.array(["oslo", "riga", "bonn", "rome", "lima", "paris"])
cat = levels[np.minimum(rng.geometric(0.4, n) - 1, 5)].astype(object)
cat_missing = cat.copy()
cat_missing[rng.random(n) < 0.2] = None
y = np.round(rng.normal(0, 1, n) + (cat == "riga") * 2.0, 4)
clicked = (y > 0.5).astype(int)
size = np.where(y < -0.4, "small", np.where(y < 0.9, "middle", "large"))


def clean(a):
    return [None if isinstance(v, float) and np.isnan(v) else v for v in np.asarray(a, dtype=object).ravel().tolist()]


def impute(strategy, **kw):
    imp = SimpleImputer(strategy=strategy, **kw)
    return {"rows": clean(imp.fit_transform(num)), "statistics": clean(imp.statistics_)}


def scale(w=None, **kw):
    s = StandardScaler(**kw)
    rows = s.fit(num, sample_weight=w).transform(num)
    one = lambda a: None if a is None else clean(a)
    return {"rows": clean(rows), "mean": one(s.mean_), "scale": one(s.scale_)}


def one_hot(column, **kw):
    enc = OneHotEncoder(sparse_output=False, **kw)
    rows = enc.fit_transform(column.reshape(-1, 1))
    return {"width": rows.shape[1], "rows": clean(rows), "names": enc.get_feature_names_out(["city"]).tolist()}


def ordinal(column, **kw):
    enc = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=kw.pop("unknown_value", np.nan), **kw)
    # None would be a category of its own to this encoder; only nan is missing.
    column = np.array([np.nan if c is None else c for c in column], dtype=object).reshape(-1, 1)
    enc.fit(column)
    return clean(enc.transform(np.vstack([column, np.array([["never seen"]], dtype=object)])))


def target(column, y, **kw):
    enc = TargetEncoder(cv=5, **kw).fit(column.reshape(-1, 1), y)
    return clean(enc.transform(column.reshape(-1, 1)))


# The proleptic Gregorian calendar of the standard library, which is that of pandas.
moments = [datetime.datetime(*t) for t in (
    (1970, 1, 1), (1969, 12, 31, 23, 59, 59, 500000), (2000, 2, 29, 12, 30), (1900, 3, 1), (2024, 12, 31, 23, 1, 2), (2100, 3, 1, 0, 59))]


def parts(t):
    seconds = t.replace(tzinfo=datetime.timezone.utc).timestamp()
    return [seconds, t.year, t.month, t.day, t.weekday(), t.timetuple().tm_yday, t.hour, t.minute]


golden = {
    "num": clean(num),
    "weights": weights.tolist(),
    "cat": cat.tolist(),
    "cat_missing": cat_missing.tolist(),
    "y": y.tolist(),
    "clicked": clicked.tolist(),
    "median": impute("median"),
    "median_indicator": impute("median", add_indicator=True),
    "mean": impute("mean"),
    "constant": impute("constant", fill_value=-3.5),
    "scale": scale(),
    "scale_weighted": scale(weights),
    "scale_mean_only": scale(with_std=False),
    "scale_std_only": scale(with_mean=False),
    "one_hot": one_hot(cat),
    "one_hot_missing": one_hot(cat_missing),
    "one_hot_min_count": one_hot(cat, min_frequency=6),
    "one_hot_min_share": one_hot(cat, min_frequency=0.2),
    "one_hot_max": one_hot(cat, max_categories=3),
    "one_hot_max_all": one_hot(cat, max_categories=6),
    "one_hot_max_one": one_hot(cat, max_categories=1),
    "one_hot_both": one_hot(cat, max_categories=4, min_frequency=6),
    "one_hot_drop_first": one_hot(cat, drop="first"),
    "one_hot_drop_first_rare": one_hot(cat, drop="first", min_frequency=6),
    "one_hot_missing_rare": one_hot(cat_missing, min_frequency=10),
    "ordinal": ordinal(cat),
    "ordinal_missing": ordinal(cat_missing),
    "ordinal_missing_number": ordinal(cat_missing, encoded_missing_value=-1, unknown_value=-2),
    "ordinal_min_count": ordinal(cat, min_frequency=6),
    "ordinal_min_share": ordinal(cat, min_frequency=0.2),
    "ordinal_max": ordinal(cat, max_categories=3),
    "ordinal_max_one": ordinal(cat, max_categories=1),
    "ordinal_missing_both": ordinal(cat_missing, max_categories=4, min_frequency=9),
    "moments": [t.strftime("%Y-%m-%d %H:%M:%S.%f") for t in moments],
    "calendar": [v for t in moments for v in parts(t)],
    "target_auto": target(cat, y, smooth="auto"),
    "target_auto_missing": target(cat_missing, y, smooth="auto"),
    "target_fixed": target(cat, y, smooth=10.0),
    "target_binary": target(cat, clicked, smooth="auto"),
    "size": size.tolist(),
    "target_classes": target(cat_missing, size, smooth="auto"),
    "target_classes_fixed": target(cat, size, smooth=3.5),
}
pathlib.Path(__file__).with_name("steps.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
