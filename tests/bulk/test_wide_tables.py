"""Wide tables: a row a body, a column a component, graded as each row is as an inspection."""

from __future__ import annotations

import gzip
import random
from types import SimpleNamespace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.bulk.backends import backend
from grader.bulk.batch import batch
from grader.bulk.wide import files, structure
from grader.bulk.wide.headings import TableOptions
from grader.bulk.wide.inspections import LoadedTable
from grader.bulk.wide.outcomes import outcomes
from grader.bulk.wide.table import read_table
from grader.errors import InputError, UnknownNameError
from grader.io.frameworks import framework_of
from grader.io.rulebooks import read_rulebook
from grader.io.yaml_source import parse_document
from grader.session import Session
from grader.testing.schemes import scheme

SHOPS = """\
name,hygiene,structure,confidence
Corner Cafe,10,5,10
The Grill,0,0,0
"Smith, Jones & Co",25,20,30
Bakery,5,5,
"""


def graded(table, framework="FHRS", on="polars", session=None, **options):
    session = session or Session.open(framework=framework, engine="reference")
    read = read_table(table, session.framework, session.book, TableOptions(**options))
    loaded = LoadedTable(session, read)
    return loaded, outcomes(read, session.bound, session.english, backend(on))


def as_proposed(loaded):
    """What the ordinary pass says of each row and area."""
    found = []
    for each in loaded:
        for area in each.proposal.areas:
            target = area.grade if area.outcome == "graded" else "withheld"
            reasons = [r for r in area.reasons if r.held and r.target == target]
            deciding = [r.rule for r in reasons if r.rule is not None]
            why = "; ".join(r.because for r in reasons) or None
            found.append(
                (each.inspection.id, area.area, area.outcome, area.grade, deciding, why, area.profile)
            )
    return found


def as_in_columns(found):
    facts = [name for name in found.columns if name.startswith("profile.")]
    return [
        (
            *(row[name] for name in ("body", "area", "outcome", "grade", "deciding", "why")),
            {name.removeprefix("profile."): row[name] for name in facts},
        )
        for row in found.iter_rows(named=True)
    ]


@pytest.fixture
def shops(tmp_path):
    path = tmp_path / "shops.csv"
    path.write_text(SHOPS)
    return path


@pytest.mark.parametrize("on", ["polars", "duckdb", pytest.param("pyspark", marks=pytest.mark.slow)])
def test_rows_are_graded_as_inspections_are(shops, on):
    pytest.importorskip(on)
    loaded, found = graded(shops, on=on)
    assert ["3", "5", "0", None] == found["grade"].to_list()
    assert as_proposed(loaded) == as_in_columns(found)


def drawn(seed, folder):
    """A scheme drawn at random, and a table of bodies under it, its cells as they may be written."""
    rng = random.Random(seed)
    made = scheme(rng, folder)
    words = made.framework.vocabulary
    names = [c.id for _, c in made.framework.characteristics()]
    lines = [",".join(["name", *names])]
    for n in range(12):
        cells = [f"body {n}"]
        for _, c in made.framework.characteristics():
            level = rng.choice(["", *words.scale_of(c.scale).printed])
            title = words.scale_of(c.scale).printed.get(level, [level])[0]
            cells.append(rng.choice([level, title, title.upper()]))
        lines.append(",".join(f'"{cell}"' if "," in cell else cell for cell in cells))
    (folder / "table.csv").write_text("\n".join(lines) + "\n")
    file = SimpleNamespace(framework=made.framework, sha256="0" * 64)
    return Session(file, made.book, engine="reference"), folder / "table.csv"


def check_drawn(seed, folder):
    session, table = drawn(seed, folder)
    loaded, found = graded(table, session=session)
    assert as_proposed(loaded) == as_in_columns(found)


@pytest.mark.parametrize("seed", range(8))
def test_tables_of_drawn_schemes_are_graded_as_inspections_are(seed, tmp_path):
    check_drawn(seed, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 300))
def test_tables_of_many_drawn_schemes_are_graded_as_inspections_are(seed, tmp_path):
    check_drawn(seed, tmp_path)


FORMS = {
    "as it is": SHOPS.encode(),
    "with a mark": b"\xef\xbb\xbf" + SHOPS.encode(),
    "UTF-16": SHOPS.encode("utf-16"),
    "CRLF": SHOPS.replace("\n", "\r\n").encode(),
    "CR alone": SHOPS.replace("\n", "\r").encode(),
    "without a last end of line": SHOPS.rstrip("\n").encode(),
    "semicolons": SHOPS.replace(",", ";").replace('"Smith; Jones & Co"', '"Smith, Jones & Co"').encode(),
    "tabs": SHOPS.replace(",", "\t").replace('"Smith\t Jones & Co"', '"Smith, Jones & Co"').encode(),
    "sep=": b"sep=,\n" + SHOPS.encode(),
    "blank rows": SHOPS.replace("The Grill", ",,,\n\nThe Grill").encode(),
    "remarks above": b"# scores of 2025\n# from the register\n" + SHOPS.encode(),
    "signs at the ends": SHOPS.replace("\n", ",\n").encode(),
    "spaces, points": SHOPS.replace("10,5,10", " 10 ,5.0,+10.00").encode(),
    "gzip": gzip.compress(SHOPS.encode()),
    "two gzips in one": gzip.compress(SHOPS[:50].encode()) + gzip.compress(SHOPS[50:].encode()),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_table_is_read_however_it_is_written(form, tmp_path):
    path = tmp_path / "shops.csv"
    path.write_bytes(FORMS[form])
    _, found = graded(path)
    expected = [("Corner Cafe", "3"), ("The Grill", "5"), ("Smith, Jones & Co", "0"), ("Bakery", None)]
    assert expected == list(found.select("body", "grade").iter_rows())


@pytest.mark.parametrize("dtype", [pl.String, pl.Int64, pl.Float32, pl.Float64, pl.Categorical, pl.UInt8])
def test_numbers_of_a_parquet_file_are_levels(dtype, tmp_path):
    frame = pl.DataFrame({"id": [1, 2], "hygiene": [10, 0], "structure": [5, 0], "confidence": [10, None]})
    scores = pl.exclude("id")
    frame = frame.with_columns(
        scores.cast(pl.String).cast(dtype) if dtype != pl.Float32 else scores.cast(dtype)
    )
    frame.write_parquet(tmp_path / "t.parquet")
    _, found = graded(tmp_path / "t.parquet")
    assert [("1", "3"), ("2", None)] == list(found.select("body", "grade").iter_rows())


def test_a_row_without_a_given_grade_is_graded_all_the_same(tmp_path):
    (tmp_path / "t.csv").write_text("id,hygiene,structure,confidence,was\na,0,0,0,\nb,0,0,0,4\nc,,,,3\n")
    _, found = graded(tmp_path / "t.csv", compare={"": "was"})
    expected = [("a", "5", None, None), ("b", "5", "4", 1), ("c", None, "3", None)]
    assert expected == list(found.select("body", "grade", "final", "steps").iter_rows())


# Which column is what ---------------------------------------------------------------------------------------


def test_columns_are_known_by_id_code_text_and_the_end_of_an_id(tmp_path):
    (tmp_path / "t.csv").write_text(
        "HYGIENE,Keeps its premises clean and in good condition,confidence\n0,0,0\n"
    )
    _, found = graded(tmp_path / "t.csv")
    assert ["5"] == found["grade"].to_list()


def understood(tmp_path, text, **options):
    (tmp_path / "t.csv").write_text(text)
    session = Session.open(framework="FHRS", engine="reference")
    return read_table(tmp_path / "t.csv", session.framework, session.book, TableOptions(**options))


def test_what_the_columns_were_taken_for_is_said(tmp_path):
    read = understood(
        tmp_path,
        "source,shop_id,hygiene,structural,confidence,rating\nx,1,0,0,0,5\nx,2,0,0,0,5\n",
        columns={"structure": "structural"},
        compare={"": "rating"},
    )
    assert [
        "components: hygiene from 'hygiene', structure from 'structural', confidence from 'confidence'",
        "bodies are named by 'shop_id'",
        "the grade given for rating: 'rating'",
        "columns not used: 'source'",
    ] == read.understood


def test_a_column_that_repeats_names_no_bodies_unless_it_is_asked_to(tmp_path):
    text = "id,hygiene,structure,confidence\nx,0,0,0\nx,0,0,5\n"
    read = understood(tmp_path, text)
    assert ["row 2", "row 3"] == read.read["body"].to_list()
    assert "bodies are known by their rows ('id': names that repeat or lack)" in read.understood[1]
    asked = understood(tmp_path, text, body=("id",))
    assert ["t.csv: row 3, column 'id': body 'x' stands twice"] == [
        str(problem).split("\n")[0].replace(f"{tmp_path}/", "") for _, problem in asked.faults_of_bodies()
    ]


def test_several_columns_name_a_body_together(tmp_path):
    read = understood(
        tmp_path,
        "place,day,hygiene,structure,confidence\nx,1,0,0,0\nx,2,0,0,0\ny,,0,0,0\n",
        body=("place", "day"),
    )
    assert ["x 1", "x 2", "y"] == read.read["body"].to_list()
    assert [] == list(read.faults_of_bodies())


def said(error):
    return str(error.value)


WRONG_COLUMNS = {
    "missing": ("id,hygiene,confidence\n", {}, "there is no column for component 'structure'"),
    "misspelt": (
        "id,hygiene,structuer,confidence\n",
        {},
        "did you mean --column structure=structuer?",
    ),
    "twice": (
        "id,hygiene,Hygiene,structure,confidence\n",
        {},
        "two columns are called by component 'hygiene'",
    ),
    "unknown component": (
        "id,a,structure,confidence\n",
        {"columns": {"hygeine": "a"}},
        "--column: unknown component 'hygeine'\n  help: did you mean 'hygiene'?",
    ),
    "unknown heading": (
        "id,hygiene,structure,confidence\n",
        {"columns": {"hygiene": "hygene"}},
        "--column: there is no column 'hygene'\n  help: did you mean 'hygiene'?",
    ),
    "unknown body": (
        "id,hygiene,structure,confidence\n",
        {"body": ("names",)},
        "--body: there is no column 'names'",
    ),
    "one column for two": (
        "id,hygiene,structure,confidence\n",
        {"columns": {"structure": "hygiene", "hygiene": "hygiene"}},
        "column 'hygiene' is given to two components",
    ),
    "evidence": ("inspection,id,characteristic,basis\n", {}, "this is a table of evidence, not a wide table"),
}


@pytest.mark.parametrize("kind", WRONG_COLUMNS)
def test_a_fault_of_the_columns_is_said(kind, tmp_path):
    head, options, message = WRONG_COLUMNS[kind]
    with pytest.raises(InputError) as error:
        understood(tmp_path, head + ",".join("0" * (head.count(",") + 1)) + "\n", **options)
    assert message in said(error)


def test_faults_of_cells_are_said_all_at_once_with_row_and_column(tmp_path):
    text = "name,hygiene,structure,confidence\na,7,0,15\nb,0,fve,0\nc,0,0.5,0\n"
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(InputError) as error:
        batch([tmp_path / "t.csv"], tmp_path / "out.csv", framework="FHRS")
    levels = "levels: 25, 20, 15, 10, 5, 0; where it says nothing: --blank"
    at = f"{tmp_path}/t.csv"
    assert [
        f"{at}: row 2, column 'hygiene': '7' is no level of score_to_25\n  help: {levels} '7'",
        f"{at}: row 2, column 'confidence': '15' is no level of score_to_30\n"
        "  help: levels: 30, 20, 10, 5, 0; where it says nothing: --blank '15'",
        f"{at}: row 3, column 'structure': 'fve' is no level of score_to_25\n  help: {levels} 'fve'",
        f"{at}: row 4, column 'structure': '0.5' is no level of score_to_25\n  help: {levels} '0.5'",
    ] == [str(problem) for problem in error.value.problems]
    assert not (tmp_path / "out.csv").exists()


def test_rows_with_faults_are_skipped_and_counted(tmp_path):
    text = "name,hygiene,structure,confidence\na,7,0,0\nb,0,0,0\n,0,0,0\nb,5,0,0\n"
    (tmp_path / "t.csv").write_text(text)
    options = TableOptions(body=("name",))
    done = batch([tmp_path / "t.csv"], tmp_path / "out.csv", framework="FHRS", table=options, keep_going=True)
    assert ["row 4", "row 5", "row 2"] == list(done.skipped)
    assert (1, ["b"]) == (done.inspections, pl.read_csv(tmp_path / "out.csv")["body"].to_list())


def test_what_stands_for_nothing_is_nothing(tmp_path):
    read = understood(tmp_path, "id,hygiene,structure,confidence\na,n/a,-,0\n", blank=("N/A", "-"))
    assert [(0, 0)] == list(read.coded.rows.select("hygiene", "structure").iter_rows())
    assert not read.coded.rows.filter(read.coded.unsound).height


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_what_is_written_is_the_same_in_every_format(shops, ending, tmp_path):
    out = tmp_path / f"out{ending}"
    batch([shops], out, framework="FHRS")
    read = {".csv": pl.read_csv, ".jsonl": pl.read_ndjson, ".parquet": pl.read_parquet}[ending](out)
    assert ["body", "area", "outcome", "grade", "why", "deciding"] == read.columns[:6]
    assert ["Corner Cafe", "The Grill", "Smith, Jones & Co", "Bakery"] == read["body"].to_list()
    assert ["3", "5", "0", None] == read["grade"].cast(pl.String).to_list()


def test_no_name_of_a_body_is_a_formula_in_csv(tmp_path):
    (tmp_path / "t.csv").write_text("name,hygiene,structure,confidence\n=1+1,0,0,0\n")
    batch([tmp_path / "t.csv"], tmp_path / "out.csv", framework="FHRS")
    assert ["'=1+1"] == pl.read_csv(tmp_path / "out.csv")["body"].to_list()


# Reading at once and with care ------------------------------------------------------------------------------

cells = st.text(st.sampled_from('ab ,;"\n\r1é'), max_size=5)


@given(
    rows=st.lists(st.lists(cells, min_size=1, max_size=3), min_size=1, max_size=6),
    quoted=st.booleans(),
    end=st.sampled_from(("\n", "\r\n")),
    block=st.integers(1, 9),
)
def test_a_table_is_read_at_once_only_where_care_reads_the_same(rows, quoted, end, block):
    def written(cell):
        return '"' + cell.replace('"', '""') + '"' if quoted else cell

    text = "a,b,c" + end + "".join(",".join(map(written, row)) + end for row in rows)
    before, structure.BLOCK = structure.BLOCK, block
    try:
        table = files.text_table(text.encode(), "t.csv", lambda row: sum(cell in "abc" for cell in row))
        at_once = table.at_once([0, 2])
    except InputError:
        return
    finally:
        structure.BLOCK = before
    if at_once is not None:
        blank = pl.all().fill_null("")
        assert table.with_care([0, 2]).select(blank).to_dicts() == at_once.select(blank).to_dicts()


# Figures ----------------------------------------------------------------------------------------------------

WARNING_SCORE = """\
framework: {id: WARN, title: A score, publisher: us, licence: MIT, status: example, statement: made up}
editions: {"2020": {title: First, published: 2020}}
scales:
  points:
    title: Points
    levels: [{id: 3, score: 3}, {id: 2, score: 2}, {id: 1, score: 1}, {id: 0, score: 0}]
statuses: {status: as_assessed, several: lowest}
findings: []
measures:
  rate: {title: Respiration rate, unit: breaths a minute, range: [0, 80], characteristic: breathing}
  heat: {title: Temperature, unit: degrees, range: [25, 45], decimals: 1, characteristic: warmth}
grade_scale:
  default: low
  grades: [{id: low, title: Low, meaning: low}, {id: high, title: High, meaning: high}]
areas:
  - id: risk
    title: Risk
    editions: {"2020": {graded: true}}
    topics:
      - id: all
        title: All
        characteristics:
          - {id: breathing, scale: points, text: Breathes calmly}
          - {id: warmth, scale: points, text: Is warm}
          - {id: mind, scale: points, text: Is awake}
"""
WARNING_RULES = {
    "rulebook.yaml": "rulebook: {id: WARN, version: '1', framework: WARN, title: Rules}\n",
    "measures.yaml": """\
layer: measure
rules:
  - {id: rate.0, measure: rate, reaches: 0, when: {figure: {at_most: 20}}, because: calm, source: s,
     not_monotone: slow is good}
  - {id: rate.2, measure: rate, reaches: 2, when: {figure: {at_most: 24}}, because: quick, source: s,
     not_monotone: slow is good}
  - {id: heat.0, measure: heat, reaches: 0, when: {figure: {at_least: 36.1}}, because: warm, source: s}
""",
    "grades.yaml": """\
layer: grade
facts:
  total: {sum: score, of: characteristics, better: fewer, english: total}
rules:
  - {id: high, limits: high, when: {total: {at_least: 5}}, because: "total {total}", source: s}
""",
}


@pytest.fixture
def warning(tmp_path):
    folder = tmp_path / "WARN"
    folder.mkdir()
    for name, text in WARNING_RULES.items():
        (folder / name).write_text(text)
    file = framework_of(parse_document(WARNING_SCORE.encode(), "framework"))
    return Session(file, read_rulebook(folder, file.framework, "rules"), engine="reference")


def test_figures_of_measures_are_columns_too(warning, tmp_path):
    (tmp_path / "t.csv").write_text(
        "name,Respiration rate,heat,mind\na,18,36.5,0\nb,30,36.0,0\nc,22.0,36.1,3\nd,,36.1,3\ne,,,\n"
    )
    loaded, found = graded(tmp_path / "t.csv", session=warning)
    assert ["low", "high", "high", "low", None] == found["grade"].to_list()
    assert [0, 6, 5, 3, 0] == found["profile.total"].to_list()
    assert as_proposed(loaded) == as_in_columns(found)


@pytest.mark.parametrize(
    ("figure", "message"),
    [
        ("fast", "'fast' is no number"),
        ("81", "'81' is outside 0 to 80, the range of 'rate'"),
        ("18.5", "'18.5' has more decimals than the 0 of 'rate'"),
        ("1e1", "'1e1' is no number"),
        ("nan", "'nan' is no number"),
    ],
)
def test_a_figure_that_cannot_be_is_a_fault(figure, message, warning, tmp_path):
    (tmp_path / "t.csv").write_text(f"name,rate,heat,mind\na,{figure},36.5,0\n")
    loaded, _ = graded(tmp_path / "t.csv", session=warning)
    (fault,) = [str(problem) for _, problem in loaded.table.faults()]
    assert f"{tmp_path}/t.csv: row 2, column 'rate': {message}" == fault.split("\n")[0]


def test_numbers_that_may_be_levels_or_figures_are_asked_about(warning, tmp_path):
    (tmp_path / "t.csv").write_text("name,breathing,heat,mind\na,2,36.5,0\n")
    with pytest.raises(InputError) as caught:
        graded(tmp_path / "t.csv", session=warning)
    (problem,) = caught.value.problems
    assert (
        "column 'breathing' may hold levels of 'breathing', or figures it is assessed by",
        "say which: --column breathing=breathing (its level) or --column rate=breathing (its figure)",
    ) == (problem.message, problem.help)


@pytest.mark.parametrize(("named", "total"), [("breathing", 2), ("rate", 0)])
def test_one_that_is_said_is_read_as_said(named, total, warning, tmp_path):
    (tmp_path / "t.csv").write_text("name,breathing,heat,mind\na,2,36.5,0\n")
    _, found = graded(tmp_path / "t.csv", session=warning, columns={named: "breathing"})
    assert [total] == found["profile.total"].to_list()


def test_a_figure_where_a_level_is_read_is_no_blank(warning, tmp_path):
    (tmp_path / "t.csv").write_text("name,breathing,heat,mind\na,18,36.5,0\n")
    loaded, _ = graded(tmp_path / "t.csv", session=warning, columns={"breathing": "breathing"})
    (fault,) = [problem for _, problem in loaded.table.faults()]
    assert "where it is a figure, say so: --column rate=HEADING" == fault.help


def test_a_body_that_is_asked_for_where_rows_have_no_names(tmp_path):
    (tmp_path / "t.csv").write_text("patient,hygiene,structure,confidence\nP1,0,0,0\nP2,5,5,5\n")
    loaded, _ = graded(tmp_path / "t.csv")
    with pytest.raises(UnknownNameError) as caught:
        loaded.load("P2")
    help = "bodies are known by their rows, row 2 to row 3: name their column by --body HEADING"
    assert help == caught.value.help


def test_a_row_without_a_name_is_asked_for_by_its_number(tmp_path):
    (tmp_path / "t.csv").write_text("patient,hygiene,structure,confidence\nP1,0,0,0\nP2,5,5,5\n")
    loaded, _ = graded(tmp_path / "t.csv")
    assert ["row 2", "row 3"] == [loaded.load(named).inspection.inspection.body for named in ("2", "row 3")]
