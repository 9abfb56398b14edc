"""Rule tests, each name resolved and each expectation located.

A case becomes an ordinary inspection, checked by the usual code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from grader.authoring.case_reading import Path_
from grader.authoring.claims import About, Claim, ClaimReading
from grader.errors import COUNT_LIMIT, InputError, Place, quoted, truncate
from grader.grading.tally import placements
from grader.io.faults import validate
from grader.io.inspections import resolve
from grader.io.yaml_source import Document
from grader.language.nodes import Kind
from grader.language.parse import with_article
from grader.language.rulebook import RuleBook
from grader.model import cases as words
from grader.model.base import is_identifier
from grader.model.framework import Framework
from grader.model.inspection import Declared, Evidence, Figure, Header, Inspection, Previous, Source
from grader.text import figure_text

_SOURCE = "case"
_STATEMENT = "Said by a rule test"
#: When the one item of a characteristic was found, where that is asked and not said.
_DAY = "2000-01-01"


@dataclass(frozen=True, slots=True)
class Case:
    """A rule test, ready to run.

    Attributes
    ----------
    narrowed : Inspection
        Without areas nothing is expected of: evidence on one moves no other.
    overrides : mapping of str to int
        Parameters set.
    """

    name: str
    place: Place
    inspection: Inspection
    narrowed: Inspection
    overrides: Mapping[str, int]
    claims: tuple[Claim, ...]


def parse_cases(document: Document, framework: Framework, book: RuleBook) -> tuple[Case, ...]:
    """The cases of one document; raises InputError with every fault."""
    file, problems = validate(document, words.CaseFile)
    if file is None:
        raise InputError(problems)
    found = []
    for i, case in enumerate(file.cases):
        resolver = _Resolver(case, ("cases", i), document, framework, book)
        resolved = resolver.case()
        problems += resolver.problems
        if len(problems) > COUNT_LIMIT:
            break
        if resolved is not None:
            found.append(resolved)
    if problems:
        raise InputError(truncate(problems))
    return tuple(found)


@dataclass
class _Resolver(ClaimReading):
    """A case on the way to an inspection."""

    places: dict[Path_, Place] = field(default_factory=dict)

    def case(self) -> Case | None:
        edition = self.said.edition or list(self.framework.editions)[-1]
        if edition not in self.framework.editions:
            self.unknown("edition", edition, self.framework.editions, ("edition",))
            return None
        self.check_area(self.said.area, edition)
        try:
            inspection = self.inspection(edition)
        except ValidationError as error:
            names = sorted({str(each["input"]) for each in error.errors(include_url=False)})
            self.fault((), f"no id: {', '.join(map(quoted, names[:3]))}", "shorten the names in the case")
            return None
        self.parameters()
        if not self.problems:
            inspection = self.checked(inspection)
        claims = tuple(self.claims(edition))
        if not claims and not self.problems:
            help = "add grade: good, or statuses, outcome, findings, reasons or rules"
            self.fault(("expect",), "the case expects nothing", help)
        if self.problems:
            return None
        # `name` stands first as a rule; the entry itself starts there too.
        return Case(
            self.said.name,
            self.place(()),
            inspection,
            self.narrowed(inspection, claims, edition),
            {name: self.said.set[name] for name in sorted(self.said.set)},
            claims,
        )

    # What was found ---------------------------------------------------------------------------------------

    def inspection(self, edition: str) -> Inspection:
        for i in range(len(self.said.not_inspected)):
            self.mark(("inspection", "not_inspected", i), ("not_inspected", i))
        return Inspection(
            inspection=Header(
                id="case",
                body="case",
                framework=self.framework.id,
                edition=edition,
                not_inspected=self.said.not_inspected,
            ),
            sources={_SOURCE: Source(title=_STATEMENT)},
            evidence=list(self.evidence()),
            findings=list(self.findings()),
            previous=list(self.previous()),
        )

    def evidence(self) -> Iterator[Evidence]:
        number = 0
        for key, items in self.said.evidence.items():
            for name in map(str.strip, key.split(",")):
                characteristic = self.full(name)
                if not is_identifier(characteristic):
                    known = [c.id for _, c in self.framework.characteristics()]
                    self.unknown("characteristic", characteristic, known, ("evidence", key))
                    continue
                for i, item in enumerate(items):
                    at: Path_ = ("evidence", number)
                    self.mark(at, ("evidence", key, i))
                    self.places[(*at, "characteristics")] = self.key_place(("evidence", key))
                    figure = self.figure(item, characteristic, ("evidence", key, i, "figure"))
                    number += 1
                    day = item.found_on or (_DAY if len(items) == 1 else None)
                    yield self.item(item, f"E{number:03}", characteristic, figure, day)

    def item(
        self,
        item: words.CaseItem,
        name: str,
        characteristic: str,
        figure: Figure | None,
        day: str | None,
    ) -> Evidence:
        return Evidence(
            id=name,
            characteristics=[characteristic],
            # Where the figure is at fault the item still needs something to stand for it.
            assessment=item.assessment
            if figure is not None or item.assessment
            else self.framework.vocabulary.sound,
            statement=_STATEMENT,
            basis=item.basis,
            extent=item.extent,
            harm=item.harm,
            remedied=item.remedied,
            innovative=item.innovative,
            found_on=day if self.framework.vocabulary.several == "latest" else item.found_on,
            measure=figure,
            source=_SOURCE,
        )

    def figure(self, item: words.CaseItem, characteristic: str, at: Path_) -> Figure | None:
        """The figure of an item under the measure that assesses its characteristic."""
        if item.figure is None:
            return None
        fitting = [m for m in self.book.measures.values() if m.characteristic == characteristic]
        if item.measure is not None:
            fitting = [m for m in fitting if m.name == item.measure]
        if len(fitting) != 1:
            read = sorted({m.characteristic for m in self.book.measures.values()})
            said = "no measure" if not fitting else "more than one measure"
            help = f"characteristics with a measure: {', '.join(read) or 'none'}"
            if fitting:
                help = f"add measure: {' or '.join(sorted(m.name for m in fitting))}"
            self.fault(at, f"{said} of the rule book assesses {quoted(characteristic)}", help)
            return None
        measure = fitting[0]
        if measure.unit == "percent" and not 0 <= item.figure <= 100:
            message = f"a percent lies in 0 to 100, not {figure_text(item.figure)}"
            self.fault(at, message, "write the per cent, as in 95.5")
            return None
        return Figure(name=measure.name, value=item.figure, unit=measure.unit)

    def findings(self) -> Iterator[Declared]:
        for i, finding in enumerate(self.said.findings):
            yield Declared(
                id=f"F{i + 1:03}",
                kind=finding.kind,
                area=self.finding_area(finding, ("findings", i)),
                statement=finding.statement or _STATEMENT,
                characteristics=[self.full(c) for c in finding.characteristics],
            )

    def previous(self) -> Iterator[Previous]:
        for i, finding in enumerate(self.said.previous):
            yield Previous(
                id=f"P{i + 1:03}",
                kind=finding.kind,
                area=self.finding_area(finding, ("previous", i)),
                statement=finding.statement or _STATEMENT,
                progress=finding.progress,
                characteristics=[self.full(c) for c in finding.characteristics],
            )

    def finding_area(self, finding: words.CaseFinding, at: Path_) -> str:
        self.mark(at, at)
        self.mark((*at, "area"), (*at, "area"))
        for i in range(len(finding.characteristics)):
            self.mark((*at, "characteristics", i), (*at, "characteristics", i))
        area = finding.area or self.said.area
        if area is None:
            self.fault(at, "the finding names no area", "add area: ..., to the finding or to the case")
            return "none"
        return area

    def checked(self, inspection: Inspection) -> Inspection:
        """The inspection, checked as any other, with places in the case."""
        raw = inspection.model_dump()
        places = Document(raw, self.places, {}, {}, self.document.sha256, self.document.file)
        try:
            return resolve(inspection, places, self.framework, self.book.measures).inspection
        except InputError as error:
            self.problems += error.problems
            return inspection

    def parameters(self) -> None:
        for name, value in self.said.set.items():
            parameter = self.book.parameters.get(name)
            if parameter is None:
                self.unknown("parameter", name, self.book.parameters, ("set", name))
            elif parameter.kind is not Kind.SHARE and isinstance(
                self.document.data_at((*self.at, "set", name)), str
            ):
                self.fault(
                    ("set", name),
                    f"parameter {name!r} is {with_article(parameter.kind)}, not a share",
                    "write a whole number",
                )
            elif not parameter.minimum <= value <= parameter.maximum:
                unit = "whole per mille" if parameter.kind == "share" else "a whole number"
                self.fault(
                    ("set", name),
                    f"parameter {name!r} cannot be {value}",
                    f"{unit} from {parameter.minimum} to {parameter.maximum}",
                )

    def narrowed(self, inspection: Inspection, claims: Iterable[Claim], edition: str) -> Inspection:
        """The inspection without the areas nothing is expected of."""
        wanted = set()
        for claim in claims:
            if claim.about is About.RULE:
                wanted |= self.touched(inspection, edition)
            else:
                by_id = claim.about is About.STATUS
                wanted.add(self.framework.area_of(claim.of).id if by_id else claim.of)
        left_out = {a.id for a in self.framework.areas_in(edition) if a.id not in wanted}
        absent = sorted(left_out | set(inspection.inspection.not_inspected))
        header = inspection.inspection.model_copy(update={"not_inspected": absent})
        return inspection.model_copy(update={"inspection": header})

    def touched(self, inspection: Inspection, edition: str) -> set[str]:
        """Areas that evidence or a finding counts on."""
        counted = (on for e in inspection.evidence for _, on in placements(e, self.framework, edition))
        found = {finding.area for finding in inspection.all_findings}
        return found | {self.framework.area_of(characteristic).id for characteristic in counted}

    def check_area(self, area: str | None, edition: str) -> None:
        areas = [a.id for a in self.framework.areas_in(edition)]
        if area is not None and area not in areas:
            self.unknown("area", area, areas, ("area",))

    def mark(self, there: Path_, here: Path_) -> None:
        """Let what stands at `there` in the inspection be found at `here` in the case."""
        self.places[there] = self.place(here)
