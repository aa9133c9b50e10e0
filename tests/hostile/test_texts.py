"""A program says the same however its text is written, and one that cannot be read is told and left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from greenlint.reporters import reporter
from tests.hostile.pipeline import FOUND, PROBE, analysed, found
from tests.source.trees import lay

ENCODINGS = """
ascii big5 big5hkscs cp037 cp273 cp424 cp437 cp500 cp720 cp737 cp775 cp850 cp852 cp855 cp856 cp857 cp858 cp860 cp861
cp862 cp863 cp864 cp865 cp866 cp869 cp874 cp875 cp932 cp949 cp950 cp1006 cp1026 cp1125 cp1140 cp1250 cp1251 cp1252
cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 euc_jp euc_jis_2004 euc_jisx0213 euc_kr gb2312 gbk gb18030 hz iso2022_jp
iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext iso2022_kr latin_1 iso8859_2 iso8859_3 iso8859_4
iso8859_5 iso8859_6 iso8859_7 iso8859_8 iso8859_9 iso8859_10 iso8859_11 iso8859_13 iso8859_14 iso8859_15 iso8859_16
johab koi8_r koi8_t koi8_u kz1048 mac_cyrillic mac_greek mac_iceland mac_latin2 mac_roman mac_turkish ptcp154 shift_jis
shift_jis_2004 shift_jisx0213 utf_7 utf_8 utf_8_sig utf_16 utf_16_be utf_16_le utf_32 utf_32_be utf_32_le idna
punycode raw_unicode_escape unicode_escape undefined base64_codec bz2_codec hex_codec quopri_codec rot_13 uu_codec
zlib_codec no-such-encoding
""".split()  # noqa: SIM905
"""Every codec of Python's documentation, text or not, and one that there is not."""


def python_reads(data: bytes) -> bool:
    """Whether Python accepts a source as it stands."""
    try:
        compile(data, "a.py", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_declared_encoding_is_read_as_python_reads_it(tmp_path: Path, encoding: str) -> None:
    text = f"# -*- coding: {encoding} -*-\n{PROBE}"
    try:
        data = text.encode(encoding)
    except (LookupError, UnicodeError):
        data = text.encode("ascii")
    lay(tmp_path, {"pyproject.toml": "", "a.py": data, "b.py": PROBE})
    report = analysed(tmp_path)
    places = [place for place in found(report) if place[1] == FOUND[1] + 1]
    assert bool(places) == python_reads(data)
    assert bool(report.notices) != bool(places), "a file that cannot be read is told, and only that"
    assert FOUND in found(report), "the rest of the program is analysed all the same"


@pytest.mark.parametrize(
    "written",
    [
        PROBE.replace("\n", "\r\n"),
        PROBE.replace("\n", "\r"),
        "\ufeff" + PROBE,
        "\ufeff" + PROBE.replace("\n", "\r\n"),
        PROBE.replace("\n\n\ndef", "\n\n\x0c\ndef"),
        PROBE.rstrip("\n"),
        PROBE + "# \x0b\x1c\x85\u2028\n",
    ],
    ids=["crlf", "cr", "bom", "bom and crlf", "form feed", "no end of line", "other line separators"],
)
def test_line_ends_and_marks_change_nothing(tmp_path: Path, written: str) -> None:
    lay(tmp_path, {"pyproject.toml": "", "a.py": written.encode()})
    report = analysed(tmp_path)
    assert found(report) == [FOUND]
    shown = "\n".join(reporter("full")(report, cwd=tmp_path, colour=False, statistics=False))
    assert "4 | HTTP = httplib2.Http()" in shown


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_comments_suppress_whatever_ends_their_line(tmp_path: Path, line_end: str) -> None:
    text = PROBE.replace("httplib2.Http()", "httplib2.Http()  # noqa: GRN101").replace("\n", line_end)
    lay(tmp_path, {"pyproject.toml": "", "a.py": text.encode()})
    assert [item.suppressed for item in analysed(tmp_path).findings] == ["noqa"]


DEEP = {
    "brackets": "(" * 3000 + ")" * 3000,
    "lists": "[" * 150 + "]" * 150,
    "attributes": "x" + ".y" * 20_000,
    "calls": "x" + ".a().b" * 1500,
    "sums": "+".join(f"y{number}" for number in range(3000)),
    "powers": "**".join("x" for _ in range(3000)),
    "negations": "not " * 3000 + "x",
    "lambdas": "lambda: " * 3000 + "x",
    "conditions": "".join(f"a if b{number} else " for number in range(2000)) + "c",
    "decorators": "@d\n" * 3000 + "def f(): pass",
    "alternatives": "if a: b()\n" + "elif a: b()\n" * 2500 + "x = 1",
    "functions": "".join(f"{' ' * depth}def f{depth}():\n" for depth in range(99)) + " " * 99 + "pass",
    "loops": "".join(f"{' ' * depth}for x in y:\n" for depth in range(19)) + " " * 19 + "pass",
    "f-strings": "f'{" + "x[" * 100 + "0" + "]" * 100 + "}'",
    "strings": "'a' " * 50_000,
    "keys": "{" + "".join(f"'k{number}': f({number}), " for number in range(20_000)) + "}",
}


@pytest.mark.parametrize("shape", DEEP)
def test_deep_and_long_expressions_hold_up_nothing(tmp_path: Path, shape: str) -> None:
    deep = DEEP[shape]
    statement = deep if "\n" in deep else f"DEEP = {deep}"
    lay(tmp_path, {"pyproject.toml": "", "deep.py": f"import eventlet\n{statement}\n", "b.py": PROBE})
    report = analysed(tmp_path)
    assert found(report) == [FOUND]
    assert all(notice.path == "deep.py" for notice in report.notices)


ODD = {
    "fewer items than asked for": "def f(): return ()\nx = f()[-1]\nx.request(1)\na, *b, c = f()\nc.request(1)",
    "more targets than a list has": "*_, last = []\nlast.request(1)\n(a, (b, *c)), d = 1, 2\nb.request()",
    "itself": "x = x\nx.request(1)\nclass A(A): pass\nA().request(1)\ndef f(a=f()): return f(f)\nf().request(1)",
    "its own decorator": "@f\ndef f(g): return f\nf(f).request(1)\n@A\nclass A: pass\nA().request(1)",
    "no receiver": "class A:\n    def f(): self.x.request(1)\n    g = staticmethod(f)\nA().f()",
    "a lambda of itself": "f = lambda g=lambda: f: g()()\nf().request(1)\neventlet.spawn(f)",
    "a spawner of itself": "def go(f, *a): eventlet.spawn(go, go, f, *a)\ngo(go, go)",
    "starred arguments": "eventlet.spawn(*[HTTP.request], **{})\neventlet.spawn(*x)\neventlet.spawn()",
    "walrus and match": "if (y := HTTP):\n    match y:\n        case {'a': z, **rest}: z.request(1)",
    "deleted": "del HTTP\nHTTP = None\nfrom a import *\nfrom . import a\nfrom ... import b\nimport a.a.a as a",
    "surrogates": "x = '\\ud800'\nHTTP.request('\\udcff')\ngetattr(HTTP, '\\ud800')(1)",
    "huge numbers": "x = 10 ** 4000\nx = 0x" + "f" * 5000 + "\ntime.sleep(1e999)\nx = -" + "9" * 4000,
}


@pytest.mark.parametrize("shape", ODD)
def test_odd_statements_trouble_no_rule(tmp_path: Path, shape: str) -> None:
    lay(tmp_path, {"pyproject.toml": "", "a.py": f"{PROBE}{ODD[shape]}\n", "b.py": PROBE})
    assert FOUND in found(analysed(tmp_path))


CHAINS = {
    "calls": "def f0(u): HTTP.request(u)\n" + "".join(f"def f{n}(u): f{n - 1}(u)\n" for n in range(1, 1500)),
    "aliases": "f0 = HTTP\n" + "".join(f"f{n} = f{n - 1}\n" for n in range(1, 1500)),
    "results": "def f0(): return HTTP\n" + "".join(f"def f{n}(): return f{n - 1}()\n" for n in range(1, 1500)),
    "classes": "class f0: pass\n" + "".join(f"class f{n}(f{n - 1}): pass\n" for n in range(1, 1500)),
    "diamonds": "class a0: pass\nclass f0: pass\n"
    + "".join(f"class a{n}(a{n - 1}, f{n - 1}): pass\nclass f{n}(a{n - 1}, f{n - 1}): pass\n" for n in range(1, 60)),
    "circles": "".join(f"def f{n}(u): f{n * 7 % 1500}(u); f{(n + 1) % 1500}(u)\n" for n in range(1500)),
}


@pytest.mark.parametrize("shape", CHAINS)
def test_long_ways_through_a_program_end(tmp_path: Path, shape: str) -> None:
    last = "f59" if shape == "diamonds" else "f1499"
    lay(tmp_path, {"pyproject.toml": "", "a.py": f"{PROBE}{CHAINS[shape]}eventlet.spawn({last}, 1)\n"})
    assert FOUND in found(analysed(tmp_path))


def test_a_chain_of_imports_ends(tmp_path: Path) -> None:
    modules = {f"m{n}.py": f"from m{n + 1} import *\nfrom m{n // 2} import HTTP\n" for n in range(400)}
    lay(tmp_path, {"pyproject.toml": "", **modules, "m400.py": PROBE, "a.py": "from m0 import *\nmain([])\n"})
    assert FOUND in found(analysed(tmp_path))


@pytest.mark.parametrize("byte", [b"\0", b"\x80", b"\x1a", b"\x1b", b"\x7f"])
@pytest.mark.parametrize("place", ["start", "middle", "end", "comment"])
def test_a_stray_byte_costs_one_file_at_most(tmp_path: Path, byte: bytes, place: str) -> None:
    data = PROBE.encode()
    middle = data.index(b"def main")
    at = {"start": 0, "middle": middle, "end": len(data), "comment": len(data)}[place]
    damaged = data[:at] + (b"# " if place == "comment" else b"") + byte + data[at:]
    lay(tmp_path, {"pyproject.toml": "", "a.py": damaged, "b.py": PROBE})
    report = analysed(tmp_path)
    assert len(report.findings) + len(report.notices) == 2
    assert (len(report.notices) == 0) == python_reads(damaged)
