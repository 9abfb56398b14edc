"""Whether the cases tell a changed rule book from the one they were written for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from grader.authoring.cases import Case
from grader.authoring.run_cases import Runner
from grader.engines.reference import ReferenceEngine
from grader.grading.conclude import CharacteristicCase, FindingRecord, LayerEvaluator
from grader.grading.tally import Item
from grader.language.engine import Engine
from grader.language.rulebook import RuleBook
from grader.model.framework import Framework


class CachingEvaluator(LayerEvaluator):
    """Concludes on equal evidence in an area once; most characteristics have none at all."""

    def __init__(self, book: RuleBook, engine: Engine) -> None:
        super().__init__(book, engine)
        self._seen: dict[tuple[object, ...], CharacteristicCase] = {}

    def characteristic(
        self,
        area: str,
        characteristic: str,
        counted: bool,
        items: tuple[Item, ...],
        earlier: Sequence[FindingRecord],
    ) -> CharacteristicCase:
        """As of any evaluator; from memory where the same was found before."""
        named = tuple(e.row for e in earlier if characteristic in e.characteristics)
        scale = self.book.scale_of.get(characteristic)
        key = (area, counted, scale, tuple(item.row for item in items), named)
        if key not in self._seen:
            self._seen[key] = super().characteristic(area, characteristic, counted, items, earlier)
        seen = self._seen[key]
        raised = tuple(replace(r, characteristic=characteristic) for r in seen.raised)
        return replace(seen, id=characteristic, items=items, raised=raised)


class MutantKiller:
    """Runs cases on changed rules until one fails.

    Cases that fail on the original are left out.

    Parameters
    ----------
    book : RuleBook
        The original.
    """

    def __init__(self, book: RuleBook, framework: Framework, cases: Sequence[Case]) -> None:
        self.book = book
        self.framework = framework
        runner = Runner(book, framework)
        self.sound = tuple(case for case in cases if runner.passes(case))
        self._decided_in: dict[str, list[Case]] = {rule.id: [] for rule in book.rules}
        for case in self.sound:
            for rule in runner.deciding(case):
                self._decided_in[rule].append(case)

    def fails(self, changed: RuleBook, rules: Iterable[str] = ()) -> Case | None:
        """A case that fails on a changed rule book, or None.

        `rules`: those changed; cases they decide are tried first.
        """
        runner = Runner(changed, self.framework, ReferenceEngine, CachingEvaluator)
        first = [case for rule in self._likely(rules) for case in self._decided_in[rule]]
        in_order = {case.name: case for case in (*first, *self.sound)}
        return next((case for case in in_order.values() if not runner.passes(case)), None)

    def _likely(self, rules: Iterable[str]) -> Iterator[str]:
        """These rules, then others of the same layer and scope."""
        named = [rule for rule in self.book.rules if rule.id in frozenset(rules)]
        yield from (rule.id for rule in named)
        alike = {(rule.layer, rule.scope) for rule in named}
        yield from (rule.id for rule in self.book.rules if (rule.layer, rule.scope) in alike)
