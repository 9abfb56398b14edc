"""One block of an inspection checked as in its file, every fault at its field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select

from grader.errors import InputError, Place, Problem, quoted, suggest
from grader.model.inspection import Declared, Evidence, Inspection, Previous
from grader.server import roles
from grader.server.bench import Work
from grader.server.content import inspection_data, item_data
from grader.server.refusals import faulty
from grader.server.tables import Item, Source
from grader.session import Session
from grader.sheets.yaml_text import inspection_text

Given = Mapping[str, Any]

_PLACE: Final = re.compile(r"^inspection\.(?:(?:evidence|findings|previous)\[\d+\]|sources(?:\.[^.\[]*)?)\.?")


def rules_of(work: Work) -> Session:
    """The rules of the inspection, as this server has them."""
    row = work.inspection
    return work.bench.rules.session(row.framework, row.framework_sha256, row.rulebook_sha256)


def has_its_rules(work: Work) -> bool:
    """Whether the rules of this server are those that the inspection was begun on."""
    row = work.inspection
    return work.bench.rules.same(row.framework, row.framework_sha256, row.rulebook_sha256)


def shown_rules(work: Work) -> Session:
    """The rules there are now, for the words of an inspection that is read: nothing is graded by them."""
    return work.bench.rules.shown(work.inspection.framework)


def to_grade(work: Work) -> dict[str, Any]:
    """The whole inspection for a job that grades it; raises NotNow where it was begun on other rules."""
    rules_of(work)
    return inspection_data(work.session, work.inspection)


def check_item(work: Work, given: Given) -> Evidence:
    """An item; raises InputError with every fault and its field."""
    return check_items(work, [given])[0]


def check_items(work: Work, given: Sequence[Given]) -> list[Evidence]:
    """Items, at once; a fault of one of several names its id first."""
    data = {"sources": _sources(work), "evidence": [dict(each) for each in given]}
    names = [str(each.get("id")) for each in given] if len(given) > 1 else []
    return list(_checked(work, data, names).evidence)


def check_finding(work: Work, block: str, given: Given) -> Declared | Previous:
    """A finding issued, or one of an earlier inspection."""
    evidence = _named(work, given.get("evidence"))
    found = _checked(work, {"sources": _sources(work), "evidence": evidence, block: [dict(given)]}, [])
    return found.findings[0] if block == "findings" else found.previous[0]


def _named(work: Work, names: object) -> list[Any]:
    """The items that a finding names; raises InputError where one is not there, or they are too many."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return []  # which is told with the rest
    most = work.bench.settings.limits.several
    if len(names) > most:
        raise faulty(f"a finding rests on at most {most} items here", "name the weightiest", field="evidence")
    of_inspection = Item.inspection_id == work.inspection.id
    wanted = select(Item.name, Item.data).where(of_inspection, Item.name.in_(names))
    there: dict[str, Any] = dict(work.session.execute(wanted).all())
    unknown = {at: name for at, name in enumerate(names) if name not in there}
    if unknown:
        known = work.session.scalars(select(Item.name).where(of_inspection)).all()
        raise InputError(
            Problem(
                f"unknown evidence {quoted(name)}", Place(f"evidence[{at}]"), suggest(name, known, "evidence")
            )
            for at, name in unknown.items()
        )
    return list(there.values())


def check_source(work: Work, name: str, given: Given) -> dict[str, Any]:
    """A source; returns it as data, without what is as if left out."""
    found = _checked(work, {"sources": {name: dict(given)}, "evidence": []}, [])
    kept, source = next(iter(found.sources.items()))
    assert kept == name, "an id is taken as it is"
    data: dict[str, Any] = source.model_dump(mode="json", exclude_defaults=True)
    return data


def check_settled(items: Iterable[Evidence], before: Mapping[str, Given]) -> None:
    """Raise InputError where an item says that it was settled otherwise than it was.

    Only moderation writes who settled a disagreement and why.
    """
    for item in items:
        said = item_data(item).get("settled")
        if said is not None and said != before.get(item.id, {}).get("settled"):
            raise faulty(
                f"{item.id} says how a disagreement was settled, and it was not settled so here",
                "leave 'settled' as it is: moderation writes it",
                field="settled",
            )


def check_settled_in_file(work: Work, items: Iterable[Evidence]) -> None:
    """`check_settled` of items that come in together, for who may not moderate."""
    if not roles.may(work.role, "moderate"):
        there = select(Item).where(Item.inspection_id == work.inspection.id)
        check_settled(items, {item.name: item.data for item in work.session.scalars(there)})


def _checked(work: Work, data: dict[str, Any], names: Sequence[str]) -> Inspection:
    try:
        loaded = rules_of(work).load({"inspection": work.inspection.header, **data})
        # What could not be written to a file and read again is not taken; the evidence of a finding was.
        given = loaded.inspection
        rests_on_it = "findings" in data or "previous" in data
        inspection_text(given.model_copy(update={"evidence": []}) if rests_on_it else given, "check")
    except InputError as error:
        raise InputError(_at_field(problem, names) for problem in error.problems) from error
    return loaded.inspection


def _at_field(problem: Problem, names: Sequence[str]) -> Problem:
    """A fault at the field it is in, where the file has one block alone."""
    if problem.place is None:
        return problem
    place = _PLACE.sub("", problem.place.file)
    message = problem.message
    if names and (found := re.match(r"inspection\.evidence\[(\d+)\]", problem.place.file)):
        message = f"{names[int(found[1])]}: {message}"
    return Problem(message, Place(place) if place else None, problem.help, problem.code)


def _sources(work: Work) -> dict[str, Any]:
    wanted = select(Source.name, Source.data).where(Source.inspection_id == work.inspection.id)
    return dict(work.session.execute(wanted).all())
