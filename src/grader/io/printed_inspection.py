"""An inspection with every name in it as an id, however it was printed."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from pydantic import BaseModel

from grader.errors import folded
from grader.io.printed_names import PrintedNames
from grader.io.printed_words import PrintedWords
from grader.model.framework import Framework
from grader.model.inspection import Declared, Evidence, Inspection, Previous, Settled

Block = TypeVar("Block", bound=BaseModel)
Finding = TypeVar("Finding", Declared, Previous)


class _Ids:
    """The file's own ids, in any case where that is unambiguous."""

    def __init__(self, known: Collection[str]) -> None:
        self.known = known
        self.forms: dict[str, str | None] = {}
        for name in known:
            form = folded(name)
            self.forms[form] = name if self.forms.get(form, name) == name else None

    def __call__(self, word: str) -> str:
        return word if word in self.known else self.forms.get(folded(word)) or word


def with_ids(
    inspection: Inspection,
    framework: Framework,
    measures: Collection[str],
    evidence: Collection[str],
    sources: Collection[str],
) -> Inspection:
    """The inspection with ids for names; unknown names stay.

    Parameters
    ----------
    measures, evidence, sources : collection of str
        Figures with rules, and the file's ids of evidence and sources.
    """
    return _Replacing(inspection, framework, measures, evidence, sources).inspection()


class _Replacing:
    def __init__(
        self,
        inspection: Inspection,
        framework: Framework,
        measures: Collection[str],
        evidence: Collection[str],
        sources: Collection[str],
    ) -> None:
        self.written = inspection
        self.framework = framework
        every = PrintedNames(framework)
        self.edition = every.matched("editions", inspection.inspection.edition)
        self.names = PrintedNames(framework, self.edition)
        self.words = PrintedWords(framework)
        self.measure, self.evidence, self.source = _Ids(measures), _Ids(evidence), _Ids(sources)

    def inspection(self) -> Inspection:
        written, head = self.written, self.written.inspection
        same = folded(head.framework) == folded(self.framework.id)
        header = _changed(
            head,
            framework=self.framework.id if same else head.framework,
            edition=self.edition,
            not_inspected=[self.names.matched("areas", name) for name in head.not_inspected],
            earlier_grades={self.names.matched("areas", n): g for n, g in head.earlier_grades.items()},
        )
        return _changed(
            written,
            inspection=header,
            evidence=[self.item(item) for item in written.evidence],
            findings=[self.finding(finding) for finding in written.findings],
            previous=[self.finding(finding) for finding in written.previous],
            left_out=[_changed(each, settled=self.settled(each.settled)) for each in written.left_out],
        )

    def characteristics(self, named: list[str]) -> list[str]:
        return [self.names.matched("characteristics", name) for name in named]

    def item(self, item: Evidence) -> Evidence:
        measure = item.measure
        if measure is not None:
            measure = _changed(measure, name=self.measure(measure.name))
        characteristics = self.characteristics(item.characteristics)
        said = item.assessment
        return _changed(
            item,
            characteristics=characteristics,
            assessment=None if said is None else self.words.level(characteristics, said),
            source=self.source(item.source),
            measure=measure,
            settled=self.settled(item.settled),
        )

    def settled(self, settled: Settled | None) -> Settled | None:
        if settled is None:
            return None
        said = {
            person: _changed(each, characteristics=self.characteristics(each.characteristics))
            if each.characteristics is not None
            else each
            for person, each in settled.said.items()
        }
        return _changed(settled, said=said)

    def finding(self, finding: Finding) -> Finding:
        return _changed(
            finding,
            kind=self.words.kind(finding.kind),
            area=self.names.matched("areas", finding.area),
            characteristics=self.characteristics(finding.characteristics),
            evidence=[self.evidence(name) for name in finding.evidence],
            source=None if finding.source is None else self.source(finding.source),
        )


def _changed(block: Block, **values: object) -> Block:
    """The block with other values, or itself if they are the same."""
    other = {name: value for name, value in values.items() if getattr(block, name) != value}
    return block.model_copy(update=other) if other else block
