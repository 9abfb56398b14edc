"""Taggings compared and settled, with their settling file or workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from grader.errors import InputError, Place, Problem, quoted
from grader.io.given import PathLike
from grader.model.inspection import Inspection
from grader.review.agreed import Agreed, Placed, agree
from grader.review.reconcile import Reconciled, reconcile
from grader.review.settling import placed_choices, read_settling, told_pairs
from grader.review.settling_book import read_settling_book, read_told_pairs
from grader.review.taggings import ToldPair
from grader.review.what_moves import DRAWS
from grader.session import LoadedInspection
from grader.sheets.yaml_text import inspection_text

BOOKS = (".xlsx", ".xlsm", ".ods")
FILES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class AgreedInspection:
    """The agreed inspection, and what a person should know of how it came about."""

    inspection: Inspection
    settled: int
    rest: int
    notes: tuple[str, ...]
    source: str

    def __repr__(self) -> str:
        return f"<AgreedInspection {self.inspection.id}: {self.settled} settled, {self.rest} left as tagged>"

    @property
    def text(self) -> str:
        """The inspection's file, in YAML."""
        return inspection_text(self.inspection, self.source)


def lay_together(
    loaded: Sequence[LoadedInspection],
    files: Sequence[str],
    *,
    names: Sequence[str] | None = None,
    pairs: PathLike | None = None,
    draws: int = DRAWS,
    seed: int = 1,
) -> Reconciled:
    """As `reconcile`, pairs in doubt as a settling file or workbook says of them."""
    told = _told(Path(pairs)) if pairs is not None else ()
    return reconcile(loaded, files, names=names, told=told, draws=draws, seed=seed)


def settle_by(
    loaded: Sequence[LoadedInspection],
    files: Sequence[str],
    settling: Path,
    *,
    by: str | None = None,
    on: str | None = None,
    rest: str | None = None,
    names: Sequence[str] | None = None,
    draws: int = DRAWS,
    seed: int = 1,
) -> AgreedInspection:
    """The agreed inspection, as a settling file or workbook says; raises InputError."""
    laid = lay_together(loaded, files, names=names, pairs=settling, draws=draws, seed=seed)
    if _is_book(settling):
        choices = read_settling_book(settling, laid.answer)
    else:
        found, document = read_settling(settling)
        if found.settling.inspection != laid.answer.inspection:
            message = f"it settles {quoted(found.settling.inspection)}, not {quoted(laid.answer.inspection)}"
            place = document.place(("settling", "inspection"))
            raise InputError([Problem(message, place, "name the taggings it was written from")])
        by, on = by or found.settling.by, on or found.settling.on
        choices = placed_choices(found, document)
    return _checked(laid, agree(laid, choices, by=by, on=on, rest=rest), choices)


def _checked(laid: Reconciled, agreed: Agreed, choices: Sequence[Placed]) -> AgreedInspection:
    """The agreed inspection, read back as any other is before anybody writes it."""
    given = laid.taggings.given
    source = ", ".join(PurePath(each.file or each.name).name for each in given)
    found = AgreedInspection(agreed.inspection, agreed.settled, agreed.rest, tuple(agreed.notes), source)
    places = {p.choice.item: p.at("choice") for p in choices}
    try:
        read = laid.taggings.loaded.session.load(found.text).inspection
    except InputError as error:
        # What was settled can be what no inspection may hold; where it stands there says nothing to a person.
        raise InputError(
            Problem(
                p.message,
                next((at for name, at in places.items() if quoted(name) in p.message), None),
                p.help,
            )
            for p in error.problems
        ) from error
    return replace(found, inspection=_with_ids(agreed.inspection, read))


def _with_ids(inspection: Inspection, read: Inspection) -> Inspection:
    """The inspection with ids for names that were agreed as they are printed."""
    meant = {item.id: item for item in read.evidence}
    evidence = []
    for item in inspection.evidence:
        tags: dict[str, object] = {"characteristics": meant[item.id].characteristics}
        if item.assessment is not None:
            tags["assessment"] = meant[item.id].assessment
        evidence.append(item.model_copy(update=tags))
    return inspection.model_copy(update={"evidence": evidence})


def _is_book(path: Path) -> bool:
    ending = path.suffix.lower()
    if ending not in (*BOOKS, *FILES):
        help = f"it ends in {', '.join((*FILES, *BOOKS))}"
        raise InputError([Problem("this is no settling file or workbook", Place(str(path)), help)])
    return ending in BOOKS


def _told(path: Path) -> list[ToldPair]:
    return read_told_pairs(path) if _is_book(path) else told_pairs(*read_settling(path))
