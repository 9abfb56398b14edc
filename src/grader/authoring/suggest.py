"""Small inspections that tell two rule books apart, as rule tests.

A bounded search, smallest first, of a figure, a characteristic or a small area; larger inspections are not
tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations_with_replacement, product
from math import prod
from random import Random
from typing import Any

import yaml

from grader.authoring.cases import parse_cases
from grader.authoring.mutant_killer import CachingEvaluator
from grader.authoring.run_cases import Runner
from grader.engines.reference import ReferenceEngine, satisfies
from grader.grading.conclude import AreaCase, CharacteristicCase, FindingRecord, finding_row
from grader.grading.tally import Item
from grader.io.yaml_source import parse_document
from grader.language.bind import bind
from grader.language.nodes import Definition, Level
from grader.language.relevance import with_parts
from grader.language.row import Row
from grader.language.rulebook import Rule, RuleBook
from grader.language.typecheck import facts_named
from grader.model.framework import Area, Framework
from grader.vocabulary.kinds import PROGRESS, STRENGTH
from grader.vocabulary.words import Vocabulary

#: Characteristics of an area an area's search goes up to, and how many inspections it looks at.
MOST_CHARACTERISTICS = 10
MOST_AREAS = 3_000
#: Figures of a measure that are tried.
MOST_FIGURES = 100_000
#: How many ways a characteristic of an area may be evidenced, the plainest first.
PLAINEST = 300

Items = tuple[Item, ...]
CaseBlock = dict[str, Any]


def suggest_case(
    book: RuleBook, changed: RuleBook, framework: Framework, rules: Iterable[str], name: str
) -> str | None:
    """A case that only `book` passes, as YAML, or None.

    Parameters
    ----------
    rules : iterable of str
        Those changed.
    """
    pair = _Pair(book, changed, framework)
    by_id = {rule.id: rule for rule in (*changed.rules, *book.rules)}
    searched = set()
    for rule in (by_id[r] for r in rules):
        # Rules of one table that speak of the same and look at the same are searched as one.
        key = (rule.layer, rule.level, rule.scope, facts_named(rule.condition))
        if key in searched:
            continue
        searched.add(key)
        found = next(pair.tell_apart(rule), None)
        text = _yaml({"name": name, **found}) if found is not None else None
        if text is not None and _tells_apart(text, book, changed, framework):
            return text
    return None


def _tells_apart(text: str, book: RuleBook, changed: RuleBook, framework: Framework) -> bool:
    (case,) = parse_cases(parse_document(text.encode(), "suggested"), framework, book)
    return Runner(book, framework).passes(case) and not Runner(changed, framework).passes(case)


def _yaml(case: CaseBlock) -> str:
    plain = yaml.safe_dump([case], sort_keys=False, default_flow_style=None, width=110, allow_unicode=True)
    return "cases:\n" + "".join(f"  {line}\n" for line in plain.splitlines())


class _Pair:
    """Two rule books, and inspections on which they conclude differently."""

    def __init__(self, book: RuleBook, changed: RuleBook, framework: Framework) -> None:
        self.bound = (bind(book), bind(changed))
        self.evaluators = [CachingEvaluator(b, ReferenceEngine(b)) for b in self.bound]
        self.framework = framework
        self.tags = _Tags(framework.vocabulary)
        self.edition = list(framework.editions)[-1]

    def tell_apart(self, rule: Rule) -> Iterator[CaseBlock]:
        """Cases, without names, on which a change of this rule may show; smallest first."""
        match rule.level:
            case Level.FIGURE:
                return self.figures(rule)
            case Level.CHARACTERISTIC:
                return self.characteristics(rule)
            case Level.AREA:
                return self.areas(rule)

    # Figures ----------------------------------------------------------------------------------------------

    def figures(self, rule: Rule) -> Iterator[CaseBlock]:
        for name in sorted(rule.scope or ()):
            measure = self.bound[0].measures[name]
            area, own = self._own(measure.characteristic)
            low, high = measure.bounds or (0, 1000)
            figures = range(low, min(high, low + MOST_FIGURES) + 1)
            said = {v: [c.assessment(name, v).rank for c in self.evaluators] for v in figures}
            apart = [v for v, (one, other) in said.items() if one != other]
            if not apart:
                continue
            # At the edge of the band, where the figure shows the threshold, not at 0 or 100 %.
            edge = apart[0] if apart[0] > 0 else apart[-1]
            item: CaseBlock = {"figure": edge / (10 if measure.decimals is None else 10**measure.decimals)}
            if sum(m.characteristic == measure.characteristic for m in self.bound[0].measures.values()) > 1:
                item["measure"] = name
            row = self.tags.row(assessment=said[edge][0])
            status, _ = self._concluded(area, (_item(row),), (), measure.characteristic)[0]
            yield {
                "area": area.id,
                "evidence": {own: [item]},
                "expect": {"statuses": {own: self.tags.words.statuses.said_of(status)}},
            }

    # Characteristics --------------------------------------------------------------------------------------

    def characteristics(self, rule: Rule) -> Iterator[CaseBlock]:
        area = self._area_for(rule)
        own = area.counted[0].id
        for items, earlier in product(self._evidence(own), self._earlier(own, rule)):
            (status, raised), other = self._concluded(area, items, earlier)
            if (status, raised) == other:
                continue
            expect: CaseBlock = {}
            if status != other[0]:
                expect["statuses"] = {_short(own, area): self.tags.words.statuses.said_of(status)}
            if raised != other[1]:
                expect["findings"] = list(raised)
            found: CaseBlock = {"area": area.id, "evidence": {_short(own, area): self.tags.said(items)}}
            if earlier:
                found["previous"] = [self.tags.finding(e, [own]) for e in earlier]
            yield {**found, "expect": expect}

    def _concluded(
        self, area: Area, items: Items, earlier: Sequence[FindingRecord], characteristic: str | None = None
    ) -> list[tuple[int, tuple[str, ...]]]:
        """Status and kinds of findings, on each of the two rule books."""
        own = characteristic or area.counted[0].id
        cases = [c.characteristic(area.id, own, True, items, earlier) for c in self.evaluators]
        return [(c.status.rank, _targets(c)) for c in cases]

    def _evidence(self, characteristic: str) -> list[Items]:
        """One item or two, of tags the rules can tell apart, plain ones first."""
        scale = self.framework.scale_of(characteristic)
        seen = self._counting("evidence")
        tests = [t for definition in seen for t in definition.where]
        ranked = {d.ranked for d in seen if d.ranked is not None}
        kinds: dict[tuple[object, ...], Row] = {}
        for row in sorted(self.tags.rows(scale), key=self.tags.tags_said):
            signature = (*(satisfies(row, (t,)) for t in tests), *(row[name] for name in sorted(ranked)))
            kinds.setdefault(signature, row)
        rows = list(kinds.values())
        pairs = sorted(combinations_with_replacement(rows, 2), key=lambda p: sum(map(self.tags.tags_said, p)))
        return [tuple(map(_item, combo)) for combo in (*((row,) for row in rows), *pairs)]

    def _earlier(self, characteristic: str, rule: Rule) -> list[tuple[FindingRecord, ...]]:
        """No earlier finding, or one of each sort, where the rule looks at them."""
        if all(d.entity != "earlier" for d in self._looked_at(rule)):
            return [()]
        words = self.tags.words
        sorts = product(words.kinds.names, reversed(PROGRESS.names))
        rows = [finding_row(words, k, "previous", p) for k, p in sorts]
        return [(), *((FindingRecord("P001", row, (characteristic,)),) for row in rows)]

    # Areas ------------------------------------------------------------------------------------------------

    def areas(self, rule: Rule) -> Iterator[CaseBlock]:
        area = self._area_for(rule)
        if self.tags.words.declared:
            yield from self._assessed_once(area)
            return
        definitions = list(self._looked_at(rule))
        named = [t.characteristic for d in definitions for t in d.takes]
        slots = [c.id for c in area.counted if c.id not in named]
        heads = [c.id for c in area.counted if c.id in named][:1]
        kinds = self._kinds(area, definitions, area.counted[0].id)
        tried = 0
        most = min(MOST_CHARACTERISTICS, len(slots))
        for size in range(most + 1):
            for chosen in combinations_with_replacement(kinds, size):
                for head in product((None, *kinds), repeat=len(heads)):
                    laid = {c: k for c, k in zip(heads, head, strict=True) if k is not None}
                    laid |= dict(zip(slots, chosen, strict=False))
                    for known in self._known(definitions):
                        tried += 1
                        if tried > MOST_AREAS:
                            return
                        found = self._area_case(area, laid, known)
                        if found is not None:
                            yield found

    def _assessed_once(self, area: Area) -> Iterator[CaseBlock]:
        """Each characteristic at one level: all, then fewer."""
        words, counted = self.tags.words, area.counted
        scales = [words.scale_of(c.scale).ranks for c in counted]
        every: Iterable[tuple[int, ...]] = product(*scales)
        if prod(map(len, scales)) > MOST_AREAS:
            rng = Random(0)
            every = (tuple(map(rng.choice, scales)) for _ in range(MOST_AREAS))
        laid = [tuple(zip(counted, ranks, strict=True)) for ranks in every]
        fewer = [laid[0][:n] for n in range(len(counted))] + [laid[-1][:n] for n in range(len(counted))]
        for chosen in (*laid, *fewer):
            found = {c.id: (_item(self.tags.row(assessment=rank)),) for c, rank in chosen}
            case = self._area_case(area, found, ())
            if case is not None:
                yield case

    def _area_case(
        self, area: Area, laid: Mapping[str, Items], known: Sequence[FindingRecord]
    ) -> CaseBlock | None:
        results = []
        for evaluator in self.evaluators:
            cases = [
                evaluator.characteristic(area.id, c.id, c.counted, laid.get(c.id, ()), ())
                for c in area.characteristics
            ]
            concluded = evaluator.area(area, self.edition, cases, known)
            targets = [*_targets(concluded), *(t for case in cases for t in _targets(case))]
            results.append((concluded, sorted(targets)))
        (result, findings), (other, others) = results
        scale = self.bound[0].grade_scale
        expect: CaseBlock = {}
        if result.decision is None and result.outcome != other.outcome:
            expect["outcome"] = result.outcome
        elif result.decision is not None and _rank(result) != _rank(other):
            expect["grade"] = scale.name_of(result.decision.rank)
        if findings != others:
            expect["findings"] = findings
        if not expect:
            return None
        evidence: dict[str, tuple[list[str], Any]] = {}
        for characteristic, items in laid.items():
            words = self.tags.said(items)
            evidence.setdefault(repr(words), ([], words))[0].append(_short(characteristic, area))
        found: CaseBlock = {
            "area": area.id,
            "evidence": {", ".join(sorted(n)): w for n, w in evidence.values()},
        }
        for origin in ("findings", "previous"):
            listed = [self.tags.finding(k, []) for k in known if k.id.startswith(origin[0].upper())]
            if listed:
                found[origin] = listed
        return {**found, "expect": expect}

    def _kinds(self, area: Area, definitions: Sequence[Definition], characteristic: str) -> list[Items]:
        """Evidence on a characteristic by what the area's facts can tell apart, plain ones first."""
        tests = [
            t for d in definitions if d.entity == "characteristics" and d.ranked is None for t in d.where
        ]
        kinds: dict[object, Items] = {}
        for items in self._evidence(characteristic)[:PLAINEST]:
            signature: list[object] = []
            for evaluator in self.evaluators:
                case = evaluator.characteristic(area.id, characteristic, True, items, ())
                signature += [case.status.rank, *(satisfies(case.facts, (t,)) for t in tests)]
            kinds.setdefault(tuple(signature), items)
        return list(kinds.values())

    def _known(self, definitions: Sequence[Definition]) -> list[tuple[FindingRecord, ...]]:
        """No recorded finding, or one of each sort, where the rule looks at them."""
        entities, words = {d.entity for d in definitions}, self.tags.words
        found: list[tuple[FindingRecord, ...]] = [()]
        if "findings" in entities:
            found += [
                (FindingRecord("F001", finding_row(words, kind, "declared"), ()),)
                for kind in words.kinds.names
            ]
        if entities & {"findings", "earlier"}:
            sorts = product(words.kinds.names, PROGRESS.names)
            found += [(FindingRecord("P001", finding_row(words, k, "previous", p), ()),) for k, p in sorts]
        return found

    # What the rules look at -------------------------------------------------------------------------------

    def _counting(self, entity: str) -> list[Definition]:
        """Definitions, in either rule book, of facts that count these things."""
        facts = (fact for book in self.bound for fact in book.facts.values())
        return [fact.definition for fact in facts if fact.entity == entity]

    def _looked_at(self, rule: Rule) -> Iterator[Definition]:
        """Definitions of the facts and counts a rule names, in either book."""
        for book in self.bound:
            conditions = [r.condition for r in book.rules if r.id == rule.id] or [rule.condition]
            for name in facts_named(conditions[0]) + facts_named(rule.condition):
                if name not in book.facts:
                    continue  # given, not declared
                yield from (fact.definition for fact in with_parts(book, [name]))

    def _area_for(self, rule: Rule) -> Area:
        """A graded area of the rule that holds what it names."""
        spoken = [a for a in self.framework.areas_in(self.edition) if rule.applies_to(a.id)]
        named = (
            {t.characteristic for d in self._looked_at(rule) for t in d.takes}
            if rule.level is Level.AREA
            else set()
        )
        graded = [a for a in spoken if a.editions[self.edition].graded]
        holding = [a for a in graded if named & {c.id for c in a.characteristics}]
        return (holding or graded or spoken or list(self.framework.areas))[0]

    def _own(self, characteristic: str) -> tuple[Area, str]:
        area = self.framework.area_of(characteristic)
        return area, _short(characteristic, area)


# Tags and words -------------------------------------------------------------------------------------------


class _Tags:
    """Tags in the words of a framework, and how a case says them."""

    def __init__(self, words: Vocabulary) -> None:
        self.words = words
        self.plain = {
            "assessment": words.assessments.rank(words.sound),
            "strength": STRENGTH.rank("tested"),
            "extent": words.extents.rank(words.extents.default),
            "harm": words.harms.rank(words.harms.default),
            "remedied": 0,
            "innovative": 0,
            "direct": 1,
        }

    def row(self, **tags: int) -> Row:
        """An item that is out of the ordinary in these tags alone."""
        return Row({**self.plain, **tags})

    def rows(self, scale: str | None) -> Iterator[Row]:
        """Every item's tags as a person would write them."""
        words, flag = self.words, (0, 1)
        weights = list(product(reversed(words.extents.names), words.harms.names, flag))
        for assessment, strength in product(words.levels_of(scale), reversed(STRENGTH.names)):
            for extent, harm, remedied in weights if assessment in words.shortfalls else weights[:1]:
                for innovative in flag:
                    yield self.row(
                        assessment=words.assessments.rank(assessment),
                        strength=STRENGTH.rank(strength),
                        extent=words.extents.rank(extent),
                        harm=words.harms.rank(harm),
                        remedied=remedied,
                        innovative=innovative,
                    )

    def tags_said(self, row: Row) -> int:
        """How many tags are not at their default; fewer read more easily."""
        return sum(row[name] != plain for name, plain in self.plain.items() if name != "assessment")

    def said(self, items: Items) -> Any:
        """The items of a characteristic, as a case has them."""
        words = [self._item(item.row) for item in items]
        return words[0] if len(words) == 1 and isinstance(words[0], str) else words

    def _item(self, row: Row) -> Any:
        words: CaseBlock = {"assessment": self.words.assessments.said_of(row["assessment"])}
        if row["strength"] != self.plain["strength"]:
            words["basis"] = self.words.looked_for_basis[STRENGTH.name_of(row["strength"])]
        for name, scale in (("extent", self.words.extents), ("harm", self.words.harms)):
            if row[name] != self.plain[name]:
                words[name] = scale.name_of(row[name])
        words |= {name: True for name in ("remedied", "innovative") if row[name]}
        return words["assessment"] if len(words) == 1 else words

    def finding(self, standing: FindingRecord, characteristics: list[str]) -> CaseBlock:
        """A finding, as a case has it."""
        words: CaseBlock = {"kind": self.words.kinds.name_of(standing.row["kind"])}
        if standing.id.startswith("P"):
            words["progress"] = PROGRESS.name_of(standing.row["progress"])
        if characteristics:
            words["characteristics"] = characteristics
        return words


def _item(row: Row) -> Item:
    return Item("E001", row)


def _short(characteristic: str, area: Area) -> str:
    """What a case of the area may call it."""
    return characteristic.removeprefix(f"{area.id}.")


def _targets(case: CharacteristicCase | AreaCase) -> tuple[str, ...]:
    return tuple(sorted(raised.rule.target for raised in case.raised))


def _rank(case: AreaCase) -> int | None:
    return case.decision.rank if case.decision is not None else None
