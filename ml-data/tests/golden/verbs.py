"""Verbs of tables by pandas and polars. Writes verbs.json beside this script.

Run: python verbs.py
"""

import json
import pathlib

import numpy as np
import pandas as pd
import polars as pl

N = 60
RNG = np.random.default_rng(11)


def columns():
    """Columns with ties and missing values, as JSON writes them (None is missing)."""

    def holes(values):
        return [None if RNG.random() < 0.15 else v for v in values]

    return {
        "price": holes([float(v) / 4 for v in RNG.integers(-8, 9, N)]),
        "city": holes([str(v) for v in RNG.choice(["Riga", "oslo", "Rome", "Ärla"], N)]),
        "note": holes([str(v) for v in RNG.choice(["a", "b", "", "Z", "ß", "bb"], N)]),
        "at": holes([int(v) * 3_600_000_000 for v in RNG.integers(-40, 40, N)]),
        "new": holes([bool(v) for v in RNG.integers(0, 2, N)]),
    }


def frame(data):
    return pl.DataFrame(data, strict=False).with_columns(
        pl.col("at").cast(pl.Datetime("us")), pl.Series("row", range(N))
    )


def sorts(df):
    out = []
    for by, down in [
        (["price"], [False]),
        (["price"], [True]),
        (["city"], [False]),
        (["city"], [True]),
        (["note"], [False]),
        (["at"], [True]),
        (["new"], [False]),
        (["city", "price"], [False, True]),
        (["new", "note", "at"], [True, False, True]),
    ]:
        rows = df.sort(by, descending=down, nulls_last=True, maintain_order=True)["row"]
        out.append({"by": by, "descending": down, "rows": rows.to_list()})
    return out


def uniques(df):
    out = []
    for by in [["price"], ["city"], ["note"], ["new"], ["city", "new"], ["price", "city", "note"]]:
        rows = df.unique(subset=by, keep="first", maintain_order=True)["row"]
        out.append({"by": by, "rows": rows.to_list()})
    return out


def counts(df):
    """Most frequent first, ties by first appearance; the first row of each value."""
    out = []
    for name in ["price", "city", "note", "at", "new"]:
        found = df.group_by(name, maintain_order=True).agg(
            pl.len().alias("count"), pl.col("row").first()
        )
        found = found.sort("count", descending=True, maintain_order=True)
        own = df[name].value_counts(sort=True)["count"].to_list()
        assert own == found["count"].to_list()
        out.append({"of": name, "first": found["row"].to_list(), "count": found["count"].to_list()})
    return out


def describe(data):
    out = {}
    numbers = pd.Series(data["price"], dtype=float).describe()
    for k in ["count", "mean", "std", "min", "25%", "50%", "75%", "max"]:
        out.setdefault("price", {})[k] = float(numbers[k])
    for name in ["city", "note", "new"]:
        found = pd.Series(data[name], dtype=object).describe()
        out[name] = {k: int(found[k]) for k in ["count", "unique", "freq"]}
        out[name]["top"] = str(found["top"]).lower() if name == "new" else found["top"]
    times = pd.Series(pd.to_datetime(data["at"], unit="us"))
    out["at"] = {
        "count": int(times.count()),
        "first": int(times.min().value // 1000),
        "last": int(times.max().value // 1000),
    }
    out["new"]["mean"] = float(np.mean([v for v in data["new"] if v is not None]))
    return out


def casts():
    """Strict casts of polars; an error is None."""

    def cast(values, to):
        try:
            return pl.Series(values).cast(to, strict=True).to_list()
        except Exception:
            return None

    texts = [["1", "-2.5", "1e3", None, "0.1"], ["1", "dear"], ["1", ""], ["9007199254740991"]]
    numbers = [[1.0, None, 250.0], [3.0]]
    dates = ["2024-03-04 06:30:00", None, "1969-12-31 23:59:59.250000"]
    micros = pl.Series(dates).str.to_datetime(time_unit="us").cast(pl.Int64).to_list()
    back = pl.Series(micros).cast(pl.Datetime("us")).dt.strftime("%Y-%m-%d %H:%M:%S").to_list()
    flags = [True, None, False]
    return {
        "text_to_number": [{"from": t, "to": cast(t, pl.Float64)} for t in texts],
        "whole_to_text": [
            {"from": n, "to": cast([None if v is None else int(v) for v in n], pl.String)}
            for n in numbers
        ],
        "boolean_to_number": {"from": flags, "to": cast(flags, pl.Float64)},
        "boolean_to_text": {"from": flags, "to": cast(flags, pl.String)},
        "text_to_time": {"from": dates, "to": micros},
        "time_to_text": {"from": micros[:2], "to": back[:2]},
    }


def main():
    data = columns()
    df = frame(data)
    out = {
        "versions": {"polars": pl.__version__, "pandas": pd.__version__},
        "columns": data,
        "sort": sorts(df),
        "unique": uniques(df),
        "value_counts": counts(df),
        "describe": describe(data),
        "cast": casts(),
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(out, indent=None, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
