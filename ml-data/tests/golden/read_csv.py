"""What pandas.read_csv makes of small, awkward files. Writes read_csv.json beside this script.

Run: python read_csv.py (pandas 2 or 3)
"""

import io
import json
import math
import pathlib

import pandas as pd

FILES = {
    "plain": ("a,b,c\n1,x,2.5\n2,y,\n", {}),
    "crlf and quotes": ('name,note\r\n"Smith, J","said ""hi"""\r\n"two\nlines",plain\r\n', {}),
    "byte order mark": ("\ufeffa,b\n1,2\n", {}),
    "blank lines and no last newline": ("a,b\n\n1,2\n\n3,4", {}),
    "tabs": ("a\tb\n1\tx y\n2\tz\n", {"sep": "\t"}),
    "semicolons and decimal commas": ("a;b\n1,5;x\n-2,25;y\n", {"sep": ";", "decimal": ","}),
    "thousands": ('a,b\n"1,234",1\n"12,345,678",2\n', {"thousands": ","}),
    "comments": ("# made by hand\na,b\n1,2\n# no row\n3,4\n", {"comment": "#"}),
    "no header": ("1,x\n2,y\n", {"header": None, "names": ["column_0", "column_1"]}),
    "scientific": ("a\n1e5\n-2.5E-3\n+7\n.5\n1.\n", {}),
    "infinities": ("a\ninf\n-inf\n1\n", {}),
    "short rows": ("a,b,c\n1,2\n3,4,5\n", {}),
    "repeated names": ("x,x,y,x\n1,2,3,4\n", {}),
    "names repeated and taken": ("a,a,a.1,a.1,a\n1,2,3,4,5\n", {}),
    "row names": ("a,b\nx,1,2\ny,3,4\n", {}),
    "one column with empty lines": ("a\n1\n\n3\n\n5\n\n", {"skip_blank_lines": False}),
    "words that are names": ("a,b,c\nNan,Infinity,NaN\nInfinity,-inf,1\ninf,INF,nan\n", {"keep_default_na": True}),
    "long integers": ("a,b\n12345678901234567890123,1\n-98765432109876543210987,2\n", {}),
    "unnamed": (",b\n0,x\n1,y\n", {}),
    "late text": ("a\n" + "1\n" * 1100 + "C12\n", {}),
    "na words": ("a,b\nNA,x\n1,null\n#N/A,NaN\n2,None\n", {"keep_default_na": True}),
    "booleans": ("a,b\nTrue,1\nFalse,0\n", {}),
    "unicode": ("städte,größe\nMünchen,1\n東京,2\n", {}),
    "quoted numbers": ('a,b\n"1","x"\n"2","y"\n', {}),
    "no quoting": ('a\tb\n1\t"open\n2\tclosed"\n', {"sep": "\t", "quoting": 3}),
    "precision": ("a\n0.1\n123456.789\n3.141592653589793238\n2.2250738585072014e-308\n1.7976931348623157e308\n", {}),
}


def value(x):
    if isinstance(x, float) and math.isnan(x):
        return None
    if isinstance(x, float) and math.isinf(x):
        return "inf" if x > 0 else "-inf"
    if x is None or x is pd.NA:
        return None
    x = x.item() if hasattr(x, "item") else x
    # An integer that no f64 holds: categories to us.
    return str(x) if isinstance(x, int) and abs(x) > 2**53 else x


def main():
    out = []
    for name, (text, options) in FILES.items():
        options = {"keep_default_na": False, "na_values": [""], **options}
        if options["keep_default_na"]:
            del options["na_values"]
        frame = pd.read_csv(io.StringIO(text), **options)
        columns = {c: [value(x) for x in frame[c].tolist()] for c in frame.columns}
        out.append({"name": name, "text": text, "rows": len(frame), "columns": columns})
    pathlib.Path(__file__).with_name("read_csv.json").write_text(json.dumps(out, ensure_ascii=False, indent=1) + "\n")


main()
