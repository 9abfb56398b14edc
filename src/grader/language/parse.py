"""Parse conditions into the tree.

Every fault is collected, with the nearest spelling.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from grader.errors import Place, Problem, quoted, suggest
from grader.language.dnf import MAX_VALUE
from grader.language.nodes import (
    All,
    Any_,
    Compare,
    Condition,
    Const,
    Kind,
    Not,
    Op,
    Operand,
    Param,
)
from grader.language.rulebook import Fact, Measure, Parameter
from grader.model.printed import match_printed
from grader.model.shares import per_mille, share_help
from grader.vocabulary.peel import PEEL
from grader.vocabulary.scales import Levels, Role, Scale
from grader.vocabulary.words import Vocabulary

Path = tuple[str | int, ...]

CONNECTIVES = ("all", "any", "not")


@dataclass(slots=True)
class Reader:
    """Collects the faults of one file; `place` and `key_place` locate things.

    `elsewhere`: facts not usable here, each with what to say (None: already said).
    """

    place: Callable[[Path], Place]
    problems: list[Problem] = field(default_factory=list)
    key_place: Callable[[Path], Place] | None = None
    elsewhere: Mapping[str, tuple[str, str] | None] = field(default_factory=dict)
    vocabulary: Vocabulary = PEEL
    #: The scale each characteristic of the framework names.
    scale_of: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def characteristics(self) -> tuple[str, ...]:
        """Those of the framework."""
        return tuple(self.scale_of)

    @property
    def scored(self) -> tuple[str, ...]:
        """Those of them whose levels have scores."""
        return tuple(c for c, scale in self.scale_of.items() if self.vocabulary.scale_of(scale).scored)

    def fault(self, path: Path, message: str, help: str | None = None) -> None:
        self.problems.append(Problem(message, self.place(path), help))

    def fault_of_key(self, path: Path, message: str, help: str | None = None) -> None:
        """A fault of the last key of the path, not of what it holds."""
        self.problems.append(Problem(message, (self.key_place or self.place)(path), help))

    def sub(self, prefix: Path) -> Reader:
        """A reader of the block at `prefix`, sharing the list of problems."""
        of_key = self.key_place or self.place
        return replace(
            self,
            place=lambda path: self.place(prefix + path),
            key_place=lambda path: of_key(prefix + path),
        )

    def beside(self, elsewhere: Mapping[str, tuple[str, str] | None]) -> Reader:
        """The same reader, with other facts that cannot be used here."""
        return replace(self, elsewhere=elsewhere)


@dataclass(frozen=True, slots=True)
class Typed:
    """The type of what is compared.

    `among`: the declared scales its levels may be of.
    """

    name: str
    kind: Kind
    scale: Scale | None = None
    among: tuple[Levels, ...] = ()
    #: The measure, declared by the framework, that it is the figure of.
    measure: Measure | None = None
    unit: str = ""


def typed(fact: Fact) -> Typed:
    """What a comparison with a fact needs to know of it."""
    among = fact.among if fact.kind is Kind.SCALE else ()
    return Typed(fact.name, fact.kind, fact.scale, among, unit=fact.unit)


#: The numbers that something of each kind is held against.
NUMBERS: Mapping[Kind, tuple[int, int]] = {
    Kind.SHARE: (0, 1000),
    Kind.COUNT: (0, 1_000_000),
    Kind.SCORE: (-MAX_VALUE, MAX_VALUE),
}


def with_article(noun: str) -> str:
    """The noun with its article."""
    if noun == Kind.SCORE:
        return "a number of points"
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


# Conditions -----------------------------------------------------------------------------------------------


def parse_condition(
    data: object, path: Path, reader: Reader, facts: Mapping[str, Typed], params: Mapping[str, Parameter]
) -> Condition | None:
    """The condition at `path`, or None where it has faults."""
    if not isinstance(data, Mapping) or not data:
        reader.fault(path, "a condition is missing here", "write one, such as fact: {at_least: 1}")
        return None
    if len(data) > 1:
        reader.fault(
            path,
            f"a condition holds one fact, 'all', 'any' or 'not', and this one {', '.join(map(quoted, data))}",
            "write them as a list under 'all' or 'any'",
        )
        return None
    ((key, value),) = data.items()
    path = (*path, str(key))
    if key in ("all", "any"):
        return _parse_parts(str(key), value, path, reader, facts, params)
    if key == "not":
        part = parse_condition(value, path, reader, facts, params)
        return None if part is None else Not(part, reader.place(path))
    fact = facts.get(str(key))
    if fact is None:
        _unusable(str(key), path, reader, [*facts, *CONNECTIVES])
        return None
    compared = parse_comparison(value, path, reader, fact, params)
    if compared is None:
        return None
    found = Compare(fact.name, *compared, reader.place(path))
    if len(fact.among) < 2:
        return found
    bounds = [Compare(fact.name, *each, found.place, within=True) for each in within_scale(fact, *compared)]
    return All((found, *bounds), found.place) if bounds else found


def within_scale(
    subject: Typed, op: Op, operands: tuple[Operand, ...]
) -> Iterator[tuple[Op, tuple[Operand, ...]]]:
    """What keeps a comparison with a level inside the scale of that level."""
    level = operands[0].value if isinstance(operands[0], Const) else None
    for each in subject.among:
        if level not in each.ranks:
            continue
        if op in (Op.AT_LEAST, Op.MORE_THAN) and subject.scale is not None:
            if each.last + 1 < len(subject.scale.names):
                yield Op.AT_MOST, (Const(each.last),)
        elif op in (Op.AT_MOST, Op.FEWER_THAN):
            yield Op.AT_LEAST, (Const(each.first),)


def _unusable(name: str, path: Path, reader: Reader, known: Sequence[str]) -> None:
    """Say why a fact cannot be used here."""
    if name not in reader.elsewhere:
        reader.fault_of_key(path, f"unknown fact {quoted(name)}", suggest(name, known, "facts"))
    elif (why := reader.elsewhere[name]) is not None:
        reader.fault_of_key(path, f"fact {quoted(name)} {why[0]}", why[1])


def _parse_parts(
    key: str,
    value: object,
    path: Path,
    reader: Reader,
    facts: Mapping[str, Typed],
    params: Mapping[str, Parameter],
) -> Condition | None:
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        reader.fault(path, f"{key!r} takes a list of one or more conditions", "start each with '- '")
        return None
    parts = [parse_condition(v, (*path, i), reader, facts, params) for i, v in enumerate(value)]
    whole = tuple(p for p in parts if p is not None)
    if len(whole) != len(parts):
        return None
    return (All if key == "all" else Any_)(whole, reader.place(path))


def parse_comparison(
    data: object, path: Path, reader: Reader, subject: Typed, params: Mapping[str, Parameter]
) -> tuple[Op, tuple[Operand, ...]] | None:
    """The comparison `{op: value}`, or None where it has faults."""
    if not isinstance(data, Mapping) or len(data) != 1:
        several = isinstance(data, Mapping) and len(data) > 1
        reader.fault(
            path,
            f"{quoted(subject.name)} takes exactly one comparison, such as {{at_least: ...}}",
            "write a condition for each, under 'all'" if several else f"comparisons: {', '.join(Op)}",
        )
        return None
    ((key, value),) = data.items()
    path = (*path, str(key))
    if key not in set(Op):
        reader.fault_of_key(
            path, f"unknown comparison {quoted(key)}", suggest(str(key), map(str, Op), "comparisons")
        )
        return None
    op = Op(str(key))
    unordered = subject.kind is Kind.SCALE and subject.scale is not None and not subject.scale.ordered
    if unordered and op not in (Op.EQUALS, Op.ONE_OF):
        reader.fault(path, f"{quoted(subject.name)} has no order", "use equals or one_of")
        return None
    if op is Op.ONE_OF:
        if not isinstance(value, Sequence) or isinstance(value, str) or not value:
            reader.fault(path, "'one_of' takes a list of one or more values", "write them in brackets")
            return None
        operands = [parse_operand(v, (*path, i), reader, subject, params) for i, v in enumerate(value)]
    else:
        operands = [parse_operand(value, path, reader, subject, params)]
    whole = tuple(o for o in operands if o is not None)
    return (op, whole) if len(whole) == len(operands) else None


def parse_operand(
    value: object, path: Path, reader: Reader, subject: Typed, params: Mapping[str, Parameter]
) -> Operand | None:
    """A value of the subject's type, or `$parameter`."""
    if isinstance(value, str) and value.startswith("$"):
        return _parse_parameter(value[1:], path, reader, subject, params)
    if subject.kind is Kind.FLAG:
        if isinstance(value, bool):
            return Const(int(value))
        reader.fault(
            path, f"{quoted(subject.name)} is true or false, not {quoted(value)}", "write true or false"
        )
        return None
    if subject.kind is Kind.SCALE:
        return _parse_scale(value, path, reader, subject)
    if subject.measure is not None:
        return _parse_figure(value, path, reader, subject.measure)
    if subject.kind is Kind.SHARE and isinstance(value, str) and "%" in value:
        read = per_mille(value)
        if read is None:
            message = f"{quoted(subject.name)} is held against a share, not {quoted(value)}"
            reader.fault(path, message, share_help(value))
            return None
        value = read
    if isinstance(value, bool) or not isinstance(value, int):
        reader.fault(
            path,
            f"{quoted(subject.name)} is held against a whole number, not {quoted(value)}",
            "a share is written in whole per mille: 800 is 80 %"
            if subject.kind is Kind.SHARE
            else "write a number without a point, or the name of a parameter after '$'",
        )
        return None
    low, top = NUMBERS[subject.kind]
    if not low <= value <= top:
        reader.fault(
            path,
            f"{value} is outside {low} to {top}, the range of {quoted(subject.name)}",
            "a share is written in whole per mille: 800 is 80 %" if top == 1000 else None,
        )
        return None
    return Const(value)


def _parse_figure(value: object, path: Path, reader: Reader, measure: Measure) -> Operand | None:
    """A figure in the measure's own unit, as the whole number rules read."""
    decimals = measure.decimals or 0
    if isinstance(value, bool) or not isinstance(value, int | float):
        message = f"'figure' is held against a number of {measure.unit}, not {quoted(value)}"
        reader.fault(path, message, "write the number alone, with a point, as in 35.5" if decimals else None)
        return None
    exact = Decimal(str(value)).scaleb(decimals)
    low, high = measure.bounds or (0, 0)
    if exact != exact.to_integral_value():
        message = f"{value} has more decimals than the {decimals} of measure {quoted(measure.name)}"
        reader.fault(path, message, "no figure lies there: write it with so many decimals")
        return None
    if not low <= exact <= high:
        ends = " to ".join(f"{Decimal(end).scaleb(-decimals):f}" for end in (low, high))
        reader.fault(path, f"{value} is outside {ends}, the range of measure {quoted(measure.name)}")
        return None
    return Const(int(exact))


def _parse_scale(value: object, path: Path, reader: Reader, subject: Typed) -> Operand | None:
    assert subject.scale is not None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    nothing = {w.id: (w.title,) for w in subject.scale.words if Role.NOTHING in w.roles}
    if subject.among and not (isinstance(value, str) and match_printed(value, nothing)):
        return _parse_level(value, path, reader, subject)
    name = match_printed(value, dict.fromkeys(subject.scale.names, ())) if isinstance(value, str) else None
    if name is not None:
        return Const(subject.scale.ranks[name])
    reader.fault(
        path,
        f"{quoted(value)} is no value of {quoted(subject.name)}",
        suggest(str(value), subject.scale.names, "values"),
    )
    return None


def _parse_level(value: object, path: Path, reader: Reader, subject: Typed) -> Operand | None:
    """A level of a declared scale, by id or title."""
    assert subject.scale is not None
    found = {}
    for each in subject.among:
        said = match_printed(value, each.printed) if isinstance(value, str) else None
        name = each.written[said] if said is not None else ""
        if name in subject.scale.ranks:
            found[each.id] = name
    if len(found) == 1:
        return Const(subject.scale.ranks[found.popitem()[1]])
    if found:
        message = f"{quoted(value)} is a level of several scales: {' and '.join(found)}"
        reader.fault(path, message, f"say which: add scale: {next(iter(found))} beside it, in 'where'")
        return None
    known = dict.fromkeys(
        said for each in subject.among for said, name in each.written.items() if name in subject.scale.ranks
    )
    of = "" if len(subject.among) > 1 else f" of scale {subject.among[0].id}"
    reader.fault(
        path,
        f"{quoted(value)} is no value of {quoted(subject.name)}",
        suggest(str(value), known, f"levels{of}"),
    )
    return None


def _parse_parameter(
    name: str, path: Path, reader: Reader, subject: Typed, params: Mapping[str, Parameter]
) -> Operand | None:
    parameter = params.get(name)
    if parameter is None:
        reader.fault(
            path,
            f"unknown parameter {quoted('$' + name)}",
            suggest("$" + name, ["$" + p for p in params], "parameters"),
        )
        return None
    if subject.measure is not None:
        if parameter.kind is Kind.COUNT and not subject.measure.decimals:
            return Param(name)
        message = f"'figure' of measure {quoted(subject.measure.name)} is held against a figure"
        reader.fault(path, message, "write the number, or a parameter of type count for whole figures")
        return None
    if parameter.kind is not subject.kind:
        reader.fault(
            path,
            f"parameter '${name}' is {with_article(parameter.kind)},"
            f" and {quoted(subject.name)} {with_article(subject.kind)}",
            "hold a fact against a parameter of its own type",
        )
        return None
    if parameter.unit and subject.unit and parameter.unit != subject.unit:
        reader.fault(
            path,
            f"parameter '${name}' is in {parameter.unit}, and {quoted(subject.name)} in {subject.unit}",
            "hold a fact against a parameter of its own unit",
        )
        return None
    return Param(name)
