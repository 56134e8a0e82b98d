"""Counts of the first year of UCI Online Retail II by pandas, written to retail.json beside this script.

Run: python retail.py FOLDER, where FOLDER holds online_retail_ii_2009_2010.csv.gz
"""

import json
import pathlib
import sys

import pandas as pd

# Five digits and up to two letters; gift sets (DCGS...), SP1002 and PADS are products too.
PRODUCT = r"\d{5}[A-Za-z]{0,2}|DCGS\w+|SP\d{4}|PADS"


def cancelled_purchases(d):
    """For each cancellation of a known customer, in time order, the earlier purchase of the same customer and product that still has
    the pieces: of just that quantity and price, else the latest of that price, else the latest."""
    d = d[d["CustomerID"].notna()].copy()
    d["Code"] = d["StockCode"].str.strip().str.upper()
    d["When"] = pd.to_datetime(d["InvoiceDate"])
    matched, pieces, total = 0, 0, 0
    for _, group in d.groupby(["CustomerID", "Code"], sort=False):
        if not group["Invoice"].str.startswith("C").any():
            continue
        open_lines = []
        for row in group.sort_values("When", kind="stable").itertuples():
            if not row.Invoice.startswith("C"):
                if row.Quantity > 0:
                    open_lines.append([row.Quantity, row.Price])
                continue
            total += 1
            want = -row.Quantity
            fits = [line for line in open_lines if line[0] >= want] if want > 0 else []
            best = [x for x in fits if x[0] == want and x[1] == row.Price] or [x for x in fits if x[1] == row.Price] or fits
            if best:
                best[-1][0] -= want
                matched += 1
                pieces += want
    return {"of known customers": total, "matched": matched, "pieces": int(pieces)}


def main():
    path = pathlib.Path(sys.argv[1]) / "online_retail_ii_2009_2010.csv.gz"
    d = pd.read_csv(path, dtype={"Invoice": str, "StockCode": str})
    when = pd.to_datetime(d["InvoiceDate"])
    cancelled = d["Invoice"].str.startswith("C")
    product = d["StockCode"].str.strip().str.fullmatch(PRODUCT)
    out = {
        "rows": len(d),
        "columns": list(d.columns),
        "missing": {c: int(d[c].isna().sum()) for c in d.columns},
        "distinct": {c: int(d[c].nunique()) for c in d.columns},
        "quantity": [int(d.Quantity.min()), int(d.Quantity.max()), float(d.Quantity.mean())],
        "price": [float(d.Price.min()), float(d.Price.max()), float(d.Price.mean())],
        "first": str(when.min()),
        "last": str(when.max()),
        "duplicated": int(d.duplicated().sum()),
        "cancellations": int(cancelled.sum()),
        "negative quantity": int((d.Quantity < 0).sum()),
        "negative price": int((d.Price < 0).sum()),
        "zero price": int((d.Price == 0).sum()),
        "not a product code": int((~product).sum()),
        "not a product code, codes": sorted(d.loc[~product, "StockCode"].unique()),
        "untrimmed descriptions": int((d.Description.notna() & (d.Description != d.Description.str.strip(" \t\r\n\f"))).sum()),
    }
    # The usual cleaning, one rule after another: rows left after each.
    left = {}
    d = d.drop_duplicates()
    left["drop duplicates"] = len(d)
    out["cancelled purchases"] = cancelled_purchases(d)
    d = d[~d["Invoice"].str.startswith("C")]
    left["drop cancellations"] = len(d)
    d = d[d["CustomerID"].notna()]
    left["drop missing customer"] = len(d)
    d = d[d["Price"] > 0]
    left["drop price not above 0"] = len(d)
    d = d[d["Quantity"] > 0]
    left["drop quantity not above 0"] = len(d)
    d = d[d["StockCode"].str.strip().str.fullmatch(PRODUCT)]
    left["drop what is no product"] = len(d)
    out["left"] = left
    out["revenue left"] = float((d["Quantity"] * d["Price"]).sum())
    out["customers left"] = int(d["CustomerID"].nunique())
    pathlib.Path(__file__).with_name("retail.json").write_text(json.dumps(out, indent=1) + "\n")


main()
