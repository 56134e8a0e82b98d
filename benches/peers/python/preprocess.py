"""The workload `preprocess`: a table of 20 columns read, imputed, scaled and encoded."""

from common import case, main

NUMBERS = [f"x{j}" for j in range(10)]
CATEGORIES = ["c0", "c1", "c2", "c3"]
FEW = CATEGORIES[:2]


def shape(made, _):
    return [int(n) for n in made.shape]


@case("table", "polars", note="eager readers, its quickest for a whole file")
def polars(c):
    import polars as library

    c.time("read_csv", lambda: library.read_csv(c.path("table.csv")), shape=shape)
    c.time("read_parquet", lambda: library.read_parquet(c.path("table.parquet")), shape=shape)


@case(
    "table",
    "polars-lazy",
    peer="polars",
    note="lazy scans, collected; steps as one lazy plan on Enum columns, made before the clock as"
    " our codes are",
)
def polars_lazy(c):
    import polars as library

    c.time("read_csv", lambda: library.scan_csv(c.path("table.csv")).collect(), shape=shape)
    c.time(
        "read_parquet", lambda: library.scan_parquet(c.path("table.parquet")).collect(), shape=shape
    )
    frame, column = library.read_parquet(c.path("table.parquet")), library.col
    levels = {name: frame[name].unique().sort().to_list() for name in FEW}
    frame = frame.with_columns(column(n).cast(library.Enum(v)) for n, v in levels.items())

    def steps():
        filled = [
            column(x).fill_nan(None).fill_null(column(x).fill_nan(None).median()) for x in NUMBERS
        ]
        scaled = [((f - f.mean()) / f.std(ddof=0)).alias(x) for f, x in zip(filled, NUMBERS)]
        shown = [
            (column(n) == v).cast(library.UInt8).alias(f"{n}={v}") for n in FEW for v in levels[n]
        ]
        return frame.lazy().select(scaled + shown).collect()

    c.time("impute_scale_onehot", steps, shape=shape)


@case("table", "pandas", needs=["pandas", "pyarrow"], note="pyarrow's readers, its quickest")
def pandas(c):
    import pandas as library

    c.time("read_csv", lambda: library.read_csv(c.path("table.csv"), engine="pyarrow"), shape=shape)
    c.time("read_parquet", lambda: library.read_parquet(c.path("table.parquet")), shape=shape)


@case("table", "pyarrow", note="its own tables, without pandas")
def pyarrow(c):
    import pyarrow
    import pyarrow.csv
    import pyarrow.parquet

    pyarrow.set_cpu_count(c.threads)
    c.time("read_csv", lambda: pyarrow.csv.read_csv(c.path("table.csv")), shape=shape)
    c.time("read_parquet", lambda: pyarrow.parquet.read_table(c.path("table.parquet")), shape=shape)


@case("table", "duckdb", note="into a table of its own in memory")
def duckdb(c):
    import duckdb as library

    base = library.connect(config={"threads": c.threads})
    into = lambda source: base.execute(f"create or replace table t as select * from {source}")
    quoted = lambda name: "'" + c.path(name).replace("'", "''") + "'"
    c.time("read_csv", lambda: into(f"read_csv({quoted('table.csv')})"))
    c.time("read_parquet", lambda: into(quoted("table.parquet")))


@case(
    "table",
    "sklearn",
    package="scikit-learn",
    needs=["sklearn", "pandas", "pyarrow"],
    note="categories as integer codes, made before the clock as ours are; target encoding knows the"
    " levels; a ColumnTransformer on a data frame, sparse output; one thread: its n_jobs is slower",
)
def sklearn(c):
    import numpy
    import pandas
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler, TargetEncoder

    frame = pandas.read_parquet(c.path("table.parquet"))
    for name in CATEGORIES:
        frame[name] = frame[name].astype("category").cat.codes.astype("i4")
    levels = [numpy.arange(frame[name].max() + 1, dtype="i4") for name in CATEGORIES]

    def columns():
        numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
        return ColumnTransformer(
            [("n", numbers, NUMBERS), ("c", OneHotEncoder(handle_unknown="ignore"), FEW)]
        )

    c.time("impute_scale_onehot", lambda: columns().fit_transform(frame), shape=shape)
    fitted = columns().fit(frame)
    c.time("impute_scale_onehot_transform", lambda: fitted.transform(frame), shape=shape)
    rows = [frame.iloc[i : i + 1] for i in range(min(200, len(frame)))]
    c.latency("impute_scale_onehot_row", fitted.transform, rows, calls=200)
    categories = frame[CATEGORIES]
    encoder = TargetEncoder(categories=levels, cv=5, random_state=c.seed)
    c.time("target_encode_cv5", lambda: encoder.fit_transform(categories, frame["y"]), shape=shape)


main("preprocess")
