"""Fuzz the loader: any bytes are either read or refused with a located fault.

Run as README.md says. The bytes stand for a file; what its first keys say it is decides which reader gets it,
as in `grader validate`. An inspection that is read is graded too; a layer is read beside those of the shipped
rule book, and a head in place of its own.

A finding is whatever is neither a result nor an `InputError` with proper problems: any other exception, a
fault without a place, a message that would break a line.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

with atheris.instrument_imports(include=["grader", "yaml"]):
    from grader.authoring.cases import parse_cases
    from grader.engines.reference import ReferenceEngine
    from grader.errors import GraderError, InputError
    from grader.io import catalogue
    from grader.io.decisions import decisions_of
    from grader.io.frameworks import framework_of
    from grader.io.inspection_draft import draft_of
    from grader.io.inspections import resolve_draft
    from grader.io.rulebooks import HEAD, read_rulebook
    from grader.io.yaml_source import Document, parse_document
    from grader.language.bind import bind
    from grader.session import LoadedInspection, Session

NAME = "fuzzed.yaml"
FRAMEWORK = catalogue.framework("PEEL_2021_22")
BOOK = catalogue.rulebook("PEEL_2021_22", FRAMEWORK)
SESSION = Session(FRAMEWORK, BOOK, None, "reference")
FOLDER = Path(tempfile.mkdtemp(prefix="grader-fuzz-"))


def read(raw: bytes) -> None:
    """Read the bytes as whichever file their keys say they are."""
    document = parse_document(raw, NAME)
    data = document.data
    keys = set(data) if isinstance(data, dict) else set()
    if "layer" in keys or "rulebook" in keys:
        _rulebook(raw, HEAD if "rulebook" in keys else NAME)
    elif "cases" in keys:
        parse_cases(document, FRAMEWORK.framework, BOOK)
    elif "framework" in keys:
        framework_of(document)
    elif "decisions" in keys:
        decisions_of(document)
    else:
        _inspection(document)


def _inspection(document: Document) -> None:
    file = resolve_draft(draft_of(document), FRAMEWORK.framework, BOOK.measures)
    proposal = LoadedInspection(SESSION, file).proposal
    assert len(proposal.areas) == len(FRAMEWORK.framework.areas_in(file.inspection.inspection.edition))
    proposal.model_dump_json(by_alias=True).encode("utf-8")


def _rulebook(raw: bytes, name: str) -> None:
    """Read the shipped rule book with this file added, or in place of its own of that name."""
    (FOLDER / NAME).unlink(missing_ok=True)
    shipped = catalogue.rulebook_folder("PEEL_2021_22")
    for path in shipped.glob("*.yaml"):
        shutil.copyfile(path, FOLDER / path.name)
    (FOLDER / name).write_bytes(raw)
    book = read_rulebook(FOLDER, FRAMEWORK.framework, "book")
    ReferenceEngine(bind(book))


def test_one_input(raw: bytes) -> None:
    """What atheris calls with each input."""
    try:
        read(raw)
    except InputError as error:
        for problem in error.problems:
            assert problem.place is not None, problem
            assert "\n" not in problem.message + (problem.help or ""), problem
            str(problem).encode("utf-8")
    except GraderError as error:
        assert error.exit_code == 2, error
        assert error.message


def main() -> None:
    """Hand over to atheris, whose options are libFuzzer's."""
    with contextlib.suppress(KeyboardInterrupt):
        atheris.Setup(sys.argv, test_one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
