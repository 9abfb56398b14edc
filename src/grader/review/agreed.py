"""The agreed inspection, each disagreement with how it was settled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.errors import InputError, Place, Problem, folded, quoted, suggest
from grader.model.inspection import Evidence, Inspection, LeftOut, Said, Settled, Source
from grader.model.reconciliation import Disagreement
from grader.model.settling import LEFT_OUT, OTHER, Choice
from grader.review.decisions import who_and_when_problems
from grader.review.reconcile import Reconciled, said
from grader.review.taggings import FACTS, TAGS, Finding, Taggings

#: Of what is not settled so many are named one by one.
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Placed:
    """A choice, and where it and its parts stand."""

    choice: Choice
    places: Mapping[str, Place | None]

    def at(self, name: str) -> Place | None:
        return self.places.get(name) or self.places.get("item")


@dataclass(slots=True)
class Agreed:
    """The agreed inspection, and what a person should know of how it came about."""

    inspection: Inspection
    settled: int
    rest: int
    """Disagreements that matter to no grade and were left as one person tagged them."""
    notes: list[str] = field(default_factory=list)


def agree(
    laid: Reconciled,
    choices: Sequence[Placed],
    *,
    by: str | None = None,
    on: str | None = None,
    rest: str | None = None,
) -> Agreed:
    """Put the agreed inspection together.

    Parameters
    ----------
    by, on : str, optional
        Where a choice does not say.
    rest : str, optional
        Whose tagging stands where a difference matters to no grade.

    Raises
    ------
    InputError
        Something that matters is open, a choice is not possible, or the taggings changed.
    """
    return _Agreeing(laid, choices, by, on, rest).agreed()


class _Agreeing:
    def __init__(
        self, laid: Reconciled, choices: Sequence[Placed], by: str | None, on: str | None, rest: str | None
    ) -> None:
        self.laid: Taggings = laid.taggings
        self.answer = laid.answer
        self.open = {d.item: d for d in laid.answer.disagreements}
        self.choices = {p.choice.item: p for p in choices if p.choice.choice is not None}
        self.written = choices
        self.by, self.on, self.rest = by, on, rest
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.left: list[LeftOut] = []

    def agreed(self) -> Agreed:
        self.check()
        if self.problems:
            raise InputError(self.problems)
        sources, renamed = self.sources()
        evidence: list[Evidence] = []
        rest = 0
        for finding in self.laid.findings:
            item, owner = self.item(finding)
            rest += finding.id in self.open and finding.id not in self.choices
            if item is not None:
                source = renamed[owner].get(item.source, item.source)
                evidence.append(item.model_copy(update={"id": finding.id, "source": source}))
        if self.problems:
            raise InputError(self.problems)
        whole = self.laid.whole.model_copy(
            update={
                "sources": sources,
                "evidence": evidence,
                "left_out": [
                    *self._left_before({*(e.id for e in evidence), *(e.id for e in self.left)}),
                    *self.left,
                ],
                **self.findings({e.id for e in evidence}, renamed),
            }
        )
        return Agreed(whole, len(self.choices), rest, self.notes)

    def _left_before(self, taken: set[str]) -> list[LeftOut]:
        """What was left out earlier, each once and under an id of its own."""
        found: list[LeftOut] = []
        before = [(g.name, each) for g in self.laid.given for each in g.inspection.left_out]
        for at, (name, each) in enumerate(before):
            if each in [other for _, other in before[:at]]:
                continue
            new = each.id
            while new in taken:
                new = f"{name}-{new}"
            taken = {*taken, new}
            found.append(each.model_copy(update={"id": new}))
        return found

    # What was chosen --------------------------------------------------------------------------------------

    def check(self) -> None:
        names = self.laid.names
        self.problems += who_and_when_problems(self.by, self.on)
        if self.rest is not None:
            self.rest = next((n for n in names if folded(n) == folded(str(self.rest))), self.rest)
            if self.rest not in names:
                help = suggest(self.rest, names, "taggers")
                self.problems.append(Problem(f"unknown tagger {quoted(self.rest)}", Place("--rest"), help))
        for placed in self.written:
            self.problems += self.faults(placed)
        missing = [
            d for name, d in self.open.items() if name not in self.choices and (d.matters or not self.rest)
        ]
        self.problems += self.unsettled(missing)
        left = len(self.open) > len(self.choices) + len(missing)
        if left and (self.by is None or self.on is None):
            message = "nothing says by whom, or when, the rest was settled"
            self.problems.append(Problem(message, Place("--rest"), "--by NAME --on YYYY-MM-DD"))
        if self.answer.pairs.doubtful:
            named = "; ".join(
                " and ".join(f"{item} of {name}" for name, item in pair.items.items())
                for pair in self.answer.pairs.doubtful[:_NAMED]
            )
            message = f"pairs in doubt: {named}"
            help = "say of each whether it is one finding: same, yes or no"
            self.problems.append(Problem(message, None, help))

    def unsettled(self, missing: Sequence[Disagreement]) -> Iterator[Problem]:
        for disagreement in missing[:_NAMED]:
            on = f", and {', '.join(disagreement.matters)} can turn on it" if disagreement.matters else ""
            help = "choose in the file"
            if not disagreement.matters:
                help += ", or say by whose tagging the rest stands: --rest NAME"
            yield Problem(f"{disagreement.item} is not settled{on}", None, help)
        if len(missing) > _NAMED:
            yield Problem(f"and {len(missing) - _NAMED} more are not settled", None, "choose in the file")

    def faults(self, placed: Placed) -> Iterator[Problem]:
        choice = placed.choice
        known = self.open.get(choice.item)
        if known is None:
            if choice.choice is not None:
                help = "take it out: the taggings agree on it, or have no such item"
                message = f"{quoted(choice.item)} is no disagreement"
                yield Problem(message, placed.at("item"), help)
            return
        if choice.choice is None:
            return
        if choice.said and choice.said != known.said:
            message = f"{choice.item}: the taggings say otherwise than when this was written"
            yield Problem(message, placed.at("said"), "lay them together again, and settle what they say now")
        chosen = self.chosen(choice)
        if chosen is None:
            names = [*self.laid.names, OTHER, LEFT_OUT]
            help = suggest(str(choice.choice), names, "choices")
            message = f"{choice.item}: unknown choice {quoted(str(choice.choice))}"
            yield Problem(message, placed.at("choice"), help)
        if choice.reason is None:
            yield Problem(
                f"{choice.item} is settled without a reason", placed.at("choice"), "say why: reason"
            )
        for what, value, option in (("by whom", choice.by or self.by, "--by NAME"),
                                    ("when", choice.on or self.on, "--on YYYY-MM-DD")):  # fmt: skip
            if value is None:
                message = f"nothing says {what} {choice.item} was settled"
                yield Problem(message, placed.at("choice"), f"say it in the file, or for all: {option}")
        yield from self.agreed_faults(placed, known, chosen)

    def agreed_faults(self, placed: Placed, known: Disagreement, chosen: str | None) -> Iterator[Problem]:
        own = placed.choice.agreed
        given = [] if own is None else [n for n in TAGS if getattr(own, n) is not None]
        if chosen != OTHER:
            if given:
                message = f"{known.item}: what is agreed instead goes with the choice 'other'"
                yield Problem(message, placed.at("agreed"), "choose other, or leave it out")
            return
        missing = [name for name in known.fields if name in TAGS and name not in given]
        if missing or not given:
            what = ", ".join(missing) or "something"
            message = f"{known.item}: the choice is 'other', and nothing says what holds of {what}"
            yield Problem(message, placed.at("choice"), "write it under agreed")

    def chosen(self, choice: Choice) -> str | None:
        """The tagger chosen, `other` or `left out`; None for anything else."""
        word = folded(str(choice.choice)).replace("_", " ")
        for name in self.laid.names:
            if folded(name).replace("_", " ") == word:
                return name
        return next((each for each in (OTHER, LEFT_OUT) if each == word), None)

    # Items ------------------------------------------------------------------------------------------------

    def item(self, finding: Finding) -> tuple[Evidence | None, str]:
        """The item as agreed, and whose source it names; None if left out."""
        owner = next(iter(finding.items))
        base = finding.first.model_copy(
            update={"tagged_by": _people(finding), "settled": _settled_before(finding)}
        )
        known = self.open.get(finding.id)
        if known is None:
            facts = {name: _first(finding, name) for name in FACTS}
            return base.model_copy(update=facts), owner
        placed = self.choices.get(finding.id)
        chosen = self.chosen(placed.choice) if placed is not None else self.rest
        settled = self.settled(finding, known, placed)
        if chosen == OTHER and placed is not None:
            taken, tags = None, _agreed_tags(placed.choice)
        else:
            taken = self.taken(finding, str(chosen))
            tags = {} if taken is None else {name: getattr(taken, name) for name in TAGS}
        if not tags:
            people = base.tagged_by
            left = LeftOut(id=finding.id, statement=base.statement, tagged_by=people, settled=settled)
            self.left.append(left)
            self.notes.append(f"{finding.id} is left out, and kept on record as left out")
            return None, owner
        facts = {name: getattr(taken, name, None) or _first(finding, name) for name in FACTS}
        if taken is not None and taken.measure is None and taken.assessment is not None:
            facts["measure"] = None
        if not tags.get("remedied", base.remedied):
            facts["remedied_on"] = None
        return base.model_copy(update={**tags, **facts, "settled": settled}), owner

    def taken(self, finding: Finding, chosen: str) -> Evidence | None:
        """The item as the chosen person has it."""
        if chosen == LEFT_OUT:
            return None
        return finding.items.get(chosen) if chosen in finding.asked else finding.first

    def settled(self, finding: Finding, known: Disagreement, placed: Placed | None) -> Settled:
        choice = placed.choice if placed is not None else None
        why = (
            choice.reason if choice is not None else f"left as {self.rest} tagged it: it matters to no grade"
        )
        return Settled(
            by=str((choice.by if choice else None) or self.by),
            on=str((choice.on if choice else None) or self.on),
            why=str(why),
            said={
                name: _said(said(self.laid, finding.items.get(name), known.fields)) for name in finding.asked
            },
        )

    # What they name ---------------------------------------------------------------------------------------

    def sources(self) -> tuple[dict[str, Source], dict[str, dict[str, str]]]:
        """Every source once; by tagger, what its sources are called now."""
        found: dict[str, Source] = {}
        renamed: dict[str, dict[str, str]] = {}
        for given in self.laid.given:
            own = renamed.setdefault(given.name, {})
            for name, source in given.inspection.sources.items():
                same = next((n for n, there in found.items() if there == source), None)
                new = same if same is not None else name
                while same is None and new in found:
                    new = f"{given.name}-{new}"
                own[name] = new
                found.setdefault(new, source)
        return found, renamed

    def findings(self, there: set[str], renamed: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
        """Findings on record, naming evidence and sources as they are called now."""
        new = {
            (name, item.id): finding.id
            for finding in self.laid.findings
            for name, item in finding.items.items()
        }
        found: dict[str, Any] = {}
        for block in ("findings", "previous"):
            holders = {f.id: g.name for g in reversed(self.laid.given) for f in getattr(g.inspection, block)}
            found[block] = []
            for finding in getattr(self.laid.whole, block):
                owner = holders[finding.id]
                evidence = [new.get((owner, name), name) for name in finding.evidence]
                kept = list(dict.fromkeys(name for name in evidence if name in there))
                source = renamed[owner].get(finding.source, finding.source) if finding.source else None
                found[block].append(finding.model_copy(update={"evidence": kept, "source": source}))
        return found


def _first(finding: Finding, name: str) -> Any:
    return next((v for item in finding.items.values() if (v := getattr(item, name)) is not None), None)


def _agreed_tags(choice: Choice) -> dict[str, Any]:
    """What holds instead of what anybody said."""
    return {name: v for name in TAGS if (v := getattr(choice.agreed, name)) is not None}


def _people(finding: Finding) -> str:
    """Everyone who tagged an item."""
    said = [(item.tagged_by or name).split(" and ") for name, item in finding.items.items()]
    return " and ".join(dict.fromkeys(person for people in said for person in people))


def _settled_before(finding: Finding) -> Settled | None:
    return next((item.settled for item in finding.items.values() if item.settled is not None), None)


def _said(tags: Mapping[str, Any] | None) -> Said:
    if tags is None:
        return Said(left_out=True)
    return Said(**{name: value for name, value in tags.items() if name in TAGS})
