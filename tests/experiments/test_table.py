from pathlib import Path

import numpy as np
import pytest

from experiments.table import MOST_BYTES, parse_table, read_table

ROWS = [(i, (7 * i) % 11 + 0.5, 3 * i - 1.25) for i in range(30)]


def made(separator: str = ",", header: str = "a,b,y", decimal: str = ".") -> bytes:
    lines = [separator.join(str(value).replace(".", decimal) for value in row) for row in ROWS]
    return "\n".join([header.replace(",", separator)] * bool(header) + lines).encode()


@pytest.mark.parametrize(
    ("separator", "decimal"), [(",", "."), (";", "."), (";", ","), ("\t", ","), ("|", "."), (" ", ".")]
)
@pytest.mark.parametrize("header", ["a,b,y", ""])
def test_separators_headers_and_decimal_commas_are_understood(
    separator: str, decimal: str, header: str
) -> None:
    found = parse_table(made(separator, header, decimal), "mine")
    np.testing.assert_array_equal(np.column_stack([found.inputs, found.targets]), ROWS)
    assert found.columns == (("a", "b") if header else ("column 1", "column 2"))
    assert found.target == ("y" if header else "column 3")
    assert found.notes == ()


def test_a_byte_order_mark_quotes_and_blanks_do_no_harm() -> None:
    text = '"a, first" , "y"\n' + "\n".join(f'"{i}" , {i * i}' for i in range(25)) + "\n\n"
    found = parse_table(b"\xef\xbb\xbf" + text.encode(), "mine")
    assert found.columns == ("a, first",)
    np.testing.assert_array_equal(found.targets, np.arange(25.0) ** 2)


def test_any_column_can_be_the_target() -> None:
    for target in ("b", "2"):
        found = parse_table(made(), "mine", target)
        assert (found.columns, found.target) == (("a", "y"), "b")
        np.testing.assert_array_equal(found.targets, [row[1] for row in ROWS])
    with pytest.raises(
        ValueError, match=r"target must be a column of mine \(a, b, y\) or its number, got 'c'"
    ):
        parse_table(made(), "mine", "c")


def test_missing_values_text_and_constants_are_told() -> None:
    names = [f"name {i}" for i in range(40)]
    lines = ["who,kind,same,empty,x,y"]
    lines += [f"{who},{'red' if i % 2 else 'blue'},7,,{i},{i + 1}" for i, who in enumerate(names)]
    lines[5] = lines[5].replace(",4,", ",?,").replace(",3,", ",NA,")
    found = parse_table("\n".join(lines).encode(), "mine")
    assert found.columns == ("x", "kind_red")
    assert found.shape == (39, 2)
    assert found.notes == (
        "Left out, without a value: empty.",
        "Left out for missing values: 1 of 40 rows.",
        "Text made columns of 0 and 1: kind.",
        "Left out, text of more than 12 values: who.",
        "Left out, constant: same.",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "mine must have rows, got an empty file"),
        (b"a\n1\n2\n", "mine must have at least two columns"),
        (b"a,b\n" + b"1,2\n" * 5, "mine must have at least 20 complete rows, got 5"),
        (b"a,b\n" + b"1,2\n" * 30, "mine must have at least one column of numbers besides the target"),
        (b"a,b\n" + b"1,\n" * 30, "must have complete rows, but each of its 30 lacks a value"),
        (b"a,b\n1,2\n1,2,3\n", "mine must have equally many cells in every row: Expected 2 fields in line 3"),
        (b"\xff\xfe\x00", "mine must be text in UTF-8, got something else at byte 0"),
        (b",".join([b"1"] * 501), "mine must have at most 500 columns, got 501"),
        (b"a,b\n" + b"1,2\n" * 200_001, "mine must have at most 200000 rows, got more"),
        (
            b"a,y\n" + b"".join(b"%d,%s\n" % (i, b"xyz"[i % 3 :]) for i in range(30)),
            "target must be a column of numbers, got 'xyz' in y",
        ),
    ],
)
def test_what_is_wrong_is_said(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_table(content, "mine")


def test_files_are_named_and_their_size_is_looked_at_first(tmp_path: Path) -> None:
    path = tmp_path / "energy use.csv"
    path.write_bytes(made())
    assert read_table(path).name == "energy use"
    with pytest.raises(
        ValueError, match=r"data must be a file that can be read, got '.*none.csv': No such file"
    ):
        read_table(tmp_path / "none.csv")
    with path.open("wb") as stream:
        stream.truncate(MOST_BYTES + 1)
    with pytest.raises(ValueError, match=r"energy use.csv must have at most 32 MiB, got 32.0 MiB"):
        read_table(path)
