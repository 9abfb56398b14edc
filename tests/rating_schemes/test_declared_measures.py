"""Measures that a framework declares: figures in their own unit, with its range and its decimals."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import InputError
from grader.io.frameworks import framework_of
from grader.io.rulebooks import read_rulebook
from grader.io.yaml_source import parse_document
from grader.language.english import English
from grader.session import Session

HERE = Path(__file__).parent / "early_warning"
UNITS = {"respiration_rate": "breaths per minute", "temperature": "degrees"}
ON = {"respiration_rate": "rr", "temperature": "temp"}


def opened(rules: Path = HERE / "rules") -> Session:
    file = framework_of(parse_document((HERE / "framework.yaml").read_bytes(), "NEWS.yaml"))
    return Session(file, read_rulebook(rules, file.framework, "rules"), engine="reference")


@pytest.fixture(scope="module")
def session() -> Session:
    return opened()


def chart(name: str, value: float, unit: str | None = None, **more: object) -> dict[str, object]:
    measure = {"name": name, "value": value, "unit": unit or UNITS[name], **more}
    item = {
        "id": "E1",
        "characteristics": [ON[name]],
        "statement": "said",
        "basis": "data",
        "source": "chart",
    }
    head = {"id": "p", "body": "P", "framework": "NEWS", "edition": "2024"}
    return {
        "inspection": head,
        "sources": {"chart": {"title": "Chart"}},
        "evidence": [{**item, "measure": measure}],
    }


@pytest.mark.parametrize(
    ("name", "value", "level"),
    [
        ("respiration_rate", 12, "0"),
        ("respiration_rate", 11, "1"),
        ("respiration_rate", 24, "2"),
        ("respiration_rate", 25, "3"),
        ("temperature", 36.1, "0"),
        ("temperature", 36.0, "3"),
        ("temperature", 38, "0"),
        ("temperature", 38.1, "3"),
    ],
)
def test_a_figure_is_held_against_thresholds_in_its_unit(session, name, value, level):
    (area,) = session.load(chart(name, value)).proposal.areas
    assert level == next(c.status for c in area.characteristics if c.id == ON[name])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("respiration_rate", 81), "81 is outside 0 to 80, the range of measure 'respiration_rate'"),
        (("respiration_rate", 12.5), "12.5 has more decimals than the 0 of measure 'respiration_rate'"),
        (("temperature", 36.15), "36.15 has more decimals than the 1 of measure 'temperature'"),
        (("temperature", 36.1, "F"), "measure 'temperature' is in degrees, not 'F'"),
    ],
)
def test_a_figure_outside_is_a_fault_where_it_stands(session, given, message):
    with pytest.raises(InputError) as caught:
        session.load(chart(*given))
    (problem,) = caught.value.problems
    key = "unit" if len(given) == 3 else "value"
    assert (message, f"inspection.evidence[0].measure.{key}") == (problem.message, str(problem.place))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("36.1}", "36.15}", "36.15 has more decimals than the 1 of measure 'temperature'"),
        ("at_most: 24", "at_most: 99", "99 is outside 0 to 80, the range of measure 'respiration_rate'"),
        ("reaches: 1", "reaches: 7", "'7' is no level of points, the scale of rr"),
        (
            "at_most: 24",
            "at_most: many",
            "'figure' is held against a number of breaths per minute, not 'many'",
        ),
    ],
)
def test_a_wrong_threshold_is_located(tmp_path, old, new, message):
    for path in (HERE / "rules").iterdir():
        (tmp_path / path.name).write_text(path.read_text().replace(old, new))
    with pytest.raises(InputError) as caught:
        opened(tmp_path)
    (problem,) = caught.value.problems
    assert ("rules/measures.yaml", message) == (problem.place.file, problem.message)


def test_a_threshold_is_printed_in_its_unit(session):
    rule = next(r for r in session.book.rules if r.id == "t.0")
    assert "the figure: at least 36.1 degrees; and the figure: at most 38.0 degrees" == (
        English(session.book).of_rule(rule).condition(rule.condition)
    )


@pytest.mark.parametrize("on", ["polars", "duckdb"])
def test_tables_read_figures_alike_and_name_the_row_at_fault(tmp_path, on):
    pl = pytest.importorskip("polars", reason="needs the extra: inspection-grader[columnar]")
    pytest.importorskip(on)
    from grader.bulk.batch import batch

    values = [
        ("respiration_rate", 24),
        ("respiration_rate", 25),
        ("temperature", 36.1),
        ("temperature", 36.0),
    ]
    folder, rules = tmp_path / "tables", tmp_path / "book"
    folder.mkdir()
    rules.mkdir()
    for path in (HERE / "rules").iterdir():
        (rules / path.name).write_text(path.read_text())
    (tmp_path / "frameworks").mkdir()
    (tmp_path / "frameworks" / "NEWS.yaml").write_text((HERE / "framework.yaml").read_text())
    names = [f"p{n}" for n in range(len(values))]
    (folder / "inspections.csv").write_text(
        "inspection,edition,framework\n" + "".join(f"{n},2024,NEWS\n" for n in names)
    )
    head = "inspection,id,characteristic,basis,measure,value\n"
    rows = [f"{n},E1,{ON[m]},data,{m},{v}\n" for n, (m, v) in zip(names, values, strict=True)]
    (folder / "evidence.csv").write_text(head + "".join(rows))
    batch([folder], tmp_path / "out.parquet", on=on, rules=rules)
    assert [0, 1, 0, 1] == pl.read_parquet(tmp_path / "out.parquet")["profile.threes"].to_list()
    (folder / "evidence.csv").write_text(head + "p0,E1,rr,data,respiration_rate,81\n")
    with pytest.raises(InputError, match="row 1: 'value' '81' is outside 0 to 80"):
        batch([folder], tmp_path / "out2.parquet", on=on, rules=rules)
