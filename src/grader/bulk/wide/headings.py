"""Which column of a wide table is what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from grader.cached import cached_property
from grader.errors import InputError, Place, Problem, UnknownNameError, folded, nearest, quoted, suggest
from grader.io.printed_names import PrintedNames, required
from grader.language.rulebook import Measure, RuleBook
from grader.model.framework import Area, Characteristic, Framework

#: What a column that names the body is called, the surest first; then anything that ends in `id`.
BODY_NAMES = (
    "id", "body", "body id", "name", "location", "location id", "provider", "organisation", "establishment",
    "business", "home", "service", "school", "practice", "premises", "urn",
)  # fmt: skip


@dataclass(frozen=True)
class TableOptions:
    """What a person says of a wide table.

    Attributes
    ----------
    columns : mapping of str to str
        Headings of components called otherwise.
    body : sequence of str
        Headings that name a body.
    compare : mapping of str to str
        An area's column of given grades; `""` for the only area.
    blank : sequence of str
        What empty cells hold.
    edition : str, optional
        The latest by default.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    body: Sequence[str] = ()
    compare: Mapping[str, str] = field(default_factory=dict)
    blank: Sequence[str] = ()
    edition: str | None = None

    def __bool__(self) -> bool:
        return bool(self.columns or self.body or self.compare or self.blank or self.edition)


@dataclass(frozen=True, slots=True)
class Columns:
    """A table's columns by position.

    Attributes
    ----------
    components : dict of str to int
        Levels, by characteristic.
    measures : dict of str to int
        Figures that assess one without a level.
    compared : dict of str to int
        Given grades, by area.
    body : tuple of int
        As said; else `bodies` may name one.
    """

    components: dict[str, int]
    measures: dict[str, int]
    compared: dict[str, int]
    body: tuple[int, ...]
    bodies: tuple[int, ...]
    unused: tuple[int, ...]


class Components:
    """What a framework's components may be called, in one edition."""

    def __init__(self, framework: Framework, edition: str, book: RuleBook) -> None:
        self.framework = framework
        self.edition = edition
        self.areas: tuple[Area, ...] = framework.areas_in(edition)
        self.names = PrintedNames(framework, edition)
        own = {c.id for c in self.every}
        self.measures: dict[str, Measure] = {
            n: m for n, m in book.measures.items() if m.characteristic in own
        }
        self._forms = self._every_form()

    @property
    def every(self) -> Iterator[Characteristic]:
        """The characteristics, in framework order."""
        return (c for area in self.areas for c in area.characteristics)

    def _every_form(self) -> dict[str, str | None]:
        """What each folded name stands for; None for several."""
        printed = self.names.characteristics
        kinds: list[dict[str, list[str]]] = [
            {name: [name, measure.english] for name, measure in self.measures.items()},
            {c.id: [c.id] for c in self.every},
            {c.id: printed[c.id] for c in self.every},
            {c.id: [c.id.rpartition(".")[2], c.text, c.text.rstrip(".")] for c in self.every},
        ]
        found: dict[str, str | None] = {}
        for kind in kinds:
            forms: dict[str, str | None] = {}
            for name, words in kind.items():
                for word in map(folded, words):
                    forms[word] = name if forms.get(word, name) == name else None
            found = {**forms, **found}
        return found

    def component_of(self, name: str) -> str:
        """The component of a name, or of the measure so named."""
        return self.measures[name].characteristic if name in self.measures else name

    def takes_either(self, name: str, heading: str) -> bool:
        """Whether a heading and its numbers fit a component or its measure."""
        component = self.component_of(name)
        if name == component:
            if not any(m.characteristic == component for m in self.measures.values()):
                return False
        elif folded(heading) not in self._of_components.get(component, frozenset()):
            return False
        characteristic = next(c for c in self.every if c.id == component)
        levels = self.framework.vocabulary.scale_of(characteristic.scale).printed
        return any(word.lstrip("+-").isdecimal() for word in levels)

    @cached_property
    def _of_components(self) -> dict[str, frozenset[str]]:
        """The folded forms of each component's own names."""
        printed = self.names.characteristics
        return {
            c.id: frozenset(
                map(folded, [c.id, *printed[c.id], c.id.rpartition(".")[2], c.text, c.text.rstrip(".")])
            )
            for c in self.every
        }

    def named(self, heading: str) -> str | None:
        """The component or measure a heading names; None where it names none, or several."""
        return self._forms.get(folded(heading))

    def required(self, word: str) -> str:
        """The component or measure a person names; raises UnknownNameError."""
        known = {**self.names.characteristics, **dict.fromkeys(self.measures, ())}
        return self.named(word) or required(word, known, "component")

    def score(self, row: Iterable[str]) -> int:
        """How many cells of a row name components."""
        return sum(self.named(cell) is not None for cell in row)


def lay_out(headings: Sequence[str], at: Place, components: Components, options: TableOptions) -> Columns:
    """Say which column is what.

    Raises
    ------
    InputError
        A component with no column or several, or an unknown heading.
    """
    problems: list[Problem] = []
    found = _Headings(headings, at)
    own = _named_components(found, components, options, problems)
    asked, taken = set(own), set(own.values())
    for place, heading in enumerate(headings):
        name = components.named(heading)
        if name is None or place in taken or name in asked:
            continue
        if name in own:
            both = f"{quoted(headings[own[name]])} and {quoted(heading)}"
            message = f"two columns are called by component {quoted(name)}: {both}"
            problems.append(Problem(message, at, f"rename one, or say which: --column {name}=HEADING"))
        own.setdefault(name, place)
    problems += _ambiguous(found, components, own, asked)
    compared = _compared(found, components, options, problems)
    body = tuple(p for name in options.body if (p := found.position(name, "--body", problems)) is not None)
    rest = [p for p in range(len(headings)) if p not in {*own.values(), *compared.values(), *body}]
    measures = {
        name: own[name]
        for name, measure in components.measures.items()
        if name in own and (name == measure.characteristic or measure.characteristic not in own)
    }
    rest += [p for name, p in own.items() if name in components.measures and name not in measures]
    measured = {components.measures[name].characteristic for name in measures}
    problems += _missing(components, {*own, *measured}, [headings[p] for p in rest], at)
    if problems:
        raise InputError(problems)
    ordered = {c.id: own[c.id] for c in components.every if c.id in own and c.id not in measures}
    rest.sort()
    return Columns(
        ordered, measures, compared, body, _may_name(headings, rest) if not body else (), tuple(rest)
    )


class _Headings:
    """Headings by what a person calls them."""

    def __init__(self, headings: Sequence[str], at: Place) -> None:
        self.headings = headings
        self.at = at

    def position(self, word: str, option: str, problems: list[Problem]) -> int | None:
        """Where a heading stands, or None with a fault."""
        exact = [p for p, heading in enumerate(self.headings) if heading == word]
        found = exact or [p for p, heading in enumerate(self.headings) if folded(heading) == folded(word)]
        if len(found) == 1:
            return found[0]
        if found:
            message = f"{len(found)} columns are called {quoted(word)}"
            problems.append(Problem(message, self.at, "give each a heading of its own"))
        else:
            known = [heading for heading in self.headings if heading.strip()]
            message = f"{option}: there is no column {quoted(word)}"
            problems.append(Problem(message, self.at, suggest(word, known, "columns")))
        return None


def _named_components(
    found: _Headings, components: Components, options: TableOptions, problems: list[Problem]
) -> dict[str, int]:
    """Columns of the components a person names."""
    own: dict[str, int] = {}
    for word, heading in options.columns.items():
        try:
            name = components.required(word)
        except UnknownNameError as error:
            problems.append(Problem(error.message, Place("--column"), error.help))
            continue
        place = found.position(heading, "--column", problems)
        if place is None:
            continue
        if name in own:
            message = f"component {quoted(name)} is given two columns"
            problems.append(Problem(message, Place("--column"), "name one"))
        elif place in own.values():
            message = f"column {quoted(heading)} is given to two components"
            problems.append(Problem(message, Place("--column"), "each component has a column of its own"))
        else:
            own[name] = place
    return own


def _ambiguous(
    found: _Headings, components: Components, own: Mapping[str, int], asked: Set[str]
) -> Iterator[Problem]:
    """Columns of numbers that are levels or figures."""
    for name, place in own.items():
        if name in asked or not components.takes_either(name, found.headings[place]):
            continue
        component = components.component_of(name)
        measures = [m for m in components.measures if components.component_of(m) == component]
        if any(m in own and m != name for m in (component, *measures)):
            continue  # each has a column of its own
        heading = found.headings[place]
        says = " or ".join(f"--column {m}={heading} (its figure)" for m in measures)
        yield Problem(
            f"column {quoted(heading)} may hold levels of {quoted(component)}, or figures it is assessed by",
            found.at,
            f"say which: --column {component}={heading} (its level) or {says}",
        )


def _compared(
    found: _Headings, components: Components, options: TableOptions, problems: list[Problem]
) -> dict[str, int]:
    """Columns of the grades that areas were given."""
    graded = [a.id for a in components.areas if a.editions[components.edition].graded]
    columns: dict[str, int] = {}
    for word, heading in options.compare.items():
        area: str | None = None
        if word:
            try:
                area = required(word, components.names.areas, "area")
            except UnknownNameError as error:
                problems.append(Problem(error.message, Place("--compare"), error.help))
        elif len(graded) == 1:
            (area,) = graded
        else:
            help = f"write --compare AREA={heading}: {', '.join(graded)}"
            message = f"of which area does column {quoted(heading)} hold the grade?"
            problems.append(Problem(message, Place("--compare"), help))
        place = found.position(heading, "--compare", problems)
        if area in columns:
            message = f"area {quoted(area)} is given two columns"
            problems.append(Problem(message, Place("--compare"), "name one column for each area"))
        elif place is not None and area is not None:
            columns[area] = place
    return columns


def _missing(components: Components, there: Set[str], rest: Sequence[str], at: Place) -> Iterator[Problem]:
    """That a component which counts has no column."""
    free = [heading for heading in rest if heading.strip()]
    for each in components.every:
        if each.id in there or not each.counted:
            continue
        near = nearest(each.id.rpartition(".")[2], free)
        help = f"name it: --column {each.id}=HEADING; columns not used: {', '.join(free[:12]) or 'none'}"
        if near is not None:
            help = f"did you mean --column {each.id}={near}?"
        yield Problem(f"there is no column for component {quoted(each.id)}", at, help)


def _may_name(headings: Sequence[str], rest: Iterable[int]) -> tuple[int, ...]:
    """Columns that may name the body, the likeliest first."""
    ranks = {name: n for n, name in enumerate(BODY_NAMES)}
    known = [(ranks[folded(headings[p])], p) for p in rest if folded(headings[p]) in ranks]
    ends = [(len(ranks), p) for p in rest if _is_id(headings[p])]
    return tuple(dict.fromkeys(p for _, p in sorted([*known, *ends])))


def _is_id(heading: str) -> bool:
    said = folded(heading)
    return said.endswith("id") and said not in ("paid", "bid", "grid", "covid", "said", "valid")
