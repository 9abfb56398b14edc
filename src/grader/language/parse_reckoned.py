"""Parse facts reckoned from other facts and from scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.errors import quoted, suggest
from grader.language.dnf import MAX_VALUE
from grader.language.nodes import Condition, Const, FactOf, Kind, Level, Operand
from grader.language.parse import Path, Reader, Typed, parse_condition, parse_operand, typed, with_article
from grader.language.reckoned import (
    Amount,
    Bounds,
    Does,
    How,
    Named,
    Points,
    Rounded,
    Step,
    Term,
    Weighted,
    compared,
)
from grader.language.rulebook import VISIBLE, Fact, Layer, Parameter
from grader.language.vocabulary import SCORE

#: What can be weighed, rounded, started from, added and taken.
WHOLE = (Kind.COUNT, Kind.SCORE, Kind.FLAG)
#: Steps, weights, and comparisons in its steps, that one fact may have: an engine nests what it is asked.
MAX_STEPS = 50
MAX_WEIGHTS = 200
MAX_COMPARED = 480
#: How many facts may stand one upon another.
MAX_HIGH = 30
_STEP_KEYS = (*Does, "when", "within", "why")
_POINTS_KEYS = ("start", "within", "steps")


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What a reckoned fact's definition may name."""

    name: str
    layer: Layer
    reader: Reader
    known: Mapping[str, Fact]
    params: Mapping[str, Parameter]

    # Names ------------------------------------------------------------------------------------------------

    @property
    def _visible(self) -> Mapping[str, Fact]:
        seen = VISIBLE[self.layer]
        return {n: f for n, f in self.known.items() if f.level is Level.AREA and f.layer in seen}

    def _unseen(self, fact: Fact) -> tuple[str, str]:
        """Why a fact that there is cannot be used here, and what to do."""
        if fact.level is not Level.AREA:
            return f"is about {with_article(fact.level)}, not about an area", "use a fact about an area"
        return f"is a fact of the {fact.layer} layer, out of sight of the {self.layer} layer", (
            f"declare it in the {self.layer} layer"
        )

    def _fact(self, name: str, path: Path, more: Sequence[str] = (), what: str = "fact") -> Named | None:
        """A fact to reckon with, or None (already said)."""
        visible = self._visible
        fact = visible.get(name)
        if fact is not None and fact.kind in WHOLE:
            return Named(name)
        if fact is not None:
            message = f"{quoted(name)} is {with_article(fact.kind)}, which has no place in a sum"
            help = "use a count, a sum, a score or points"
            if fact.kind is Kind.SCALE:
                help += "; score_of gives the score of a characteristic"
            self.reader.fault(path, message, help)
        elif name in self.known:
            why, help = self._unseen(self.known[name])
            self.reader.fault(path, f"fact {quoted(name)} {why}", help)
        elif name not in self.reader.elsewhere:
            near = [n for n, f in visible.items() if f.kind in WHOLE]
            self.reader.fault(
                path,
                f"unknown {what} {quoted(name)}",
                suggest(name, [*near, *more], "names" if more else "facts"),
            )
        return None

    def _amount(self, value: object, path: Path) -> Amount | None:
        """A whole number, a parameter, or a fact."""
        if isinstance(value, str) and not value.startswith("$"):
            return self._fact(value, path)
        return self._operand(value, path)

    def _operand(self, value: object, path: Path) -> Operand | None:
        subject = Typed(self.name, Kind.SCORE)
        if isinstance(value, str) and value.startswith("$"):
            parameter = self.params.get(value[1:])
            subject = Typed(
                self.name, Kind.COUNT if parameter and parameter.kind is Kind.COUNT else Kind.SCORE
            )
        elif isinstance(value, bool) or not isinstance(value, int):
            message = f"a whole number belongs here, not {quoted(value)}"
            self.reader.fault(path, message, "write a number, or the name of a parameter after '$'")
            return None
        return parse_operand(value, path, self.reader, subject, self.params)

    # Weighted sums ----------------------------------------------------------------------------------------

    def weighted(self, value: Mapping[object, object]) -> Weighted | None:
        """`sum: {name: weight, ...}`: characteristics by their score, and facts."""
        if not value:
            self.reader.fault(("sum",), "a sum of weights holds at least one", "write {name: weight}")
            return None
        if len(value) > MAX_WEIGHTS:
            self._too_many(("sum",), "weights", len(value), MAX_WEIGHTS)
            return None
        terms = [self._term(str(name), weight, ("sum", str(name))) for name, weight in value.items()]
        whole = tuple(t for t in terms if t is not None)
        return Weighted(whole) if len(whole) == len(terms) else None

    def _term(self, name: str, weight: object, path: Path) -> Term | None:
        of: Named | FactOf | None
        if name not in self.known and name not in self.reader.elsewhere and name in self.reader.scored:
            of = FactOf(name, SCORE)
        elif name in self.reader.characteristics and name not in self.known:
            of = None
            message = f"the levels of {name} have no scores, so it has none to weigh"
            self.reader.fault_of_key(
                path, message, "weigh a fact about it, or give the levels of its scale scores"
            )
        else:
            of = self._fact(name, path, self.reader.scored, "fact or characteristic")
        if isinstance(weight, bool) or not isinstance(weight, int):
            help = "write 33 for 0.33, and say the unit: hundredths"
            self.reader.fault(
                path, f"the weight of {quoted(name)} must be a whole number, not {quoted(weight)}", help
            )
            return None
        if abs(weight) > MAX_VALUE:
            self.reader.fault(
                path, f"the weight of {quoted(name)} is beyond {MAX_VALUE:,}", "use a smaller one"
            )
            return None
        return None if of is None else Term(of, weight, self.reader.place(path))

    # Rounding ---------------------------------------------------------------------------------------------

    def rounded(self, data: Mapping[str, object]) -> Rounded | None:
        """`round: fact`, with `to` and `how`."""
        named = data["round"]
        of = self._fact(str(named), ("round",))
        to, how = data.get("to"), data.get("how")
        if isinstance(to, bool) or not isinstance(to, int) or not 1 <= to <= MAX_VALUE:
            message = f"'to' of fact {quoted(self.name)} must be a whole number above 0, not {quoted(to)}"
            if "to" not in data:
                message = f"fact {quoted(self.name)} does not say what it is rounded to"
            help = "write to: 100 where the fact counts hundredths"
            self.reader.fault(("to",) if "to" in data else (), message, help)
            of = None
        if how not in set(How):
            message = f"'how' of fact {quoted(self.name)} cannot be {quoted(how)}"
            if "how" not in data:
                message = f"fact {quoted(self.name)} does not say how it is rounded"
            self.reader.fault(
                ("how",) if "how" in data else (),
                message,
                f"write how: one of {', '.join(How)}; halves go up",
            )
            of = None
        return None if of is None else Rounded(of.name, int(str(to)), How(str(how)))

    # Points -----------------------------------------------------------------------------------------------

    def points(self, value: object) -> Points | None:
        """`points: {start, within, steps}`."""
        if not isinstance(value, Mapping):
            help = "write start: and steps: below it"
            self.reader.fault(("points",), "'points' holds where they start and the steps", help)
            return None
        before = len(self.reader.problems)
        self._check_keys(value, ("points",), _POINTS_KEYS, "'points'")
        start = within = None
        if "start" in value:
            start = self._amount(value["start"], ("points", "start"))
        elif len(self.reader.problems) == before:
            help = "add start: a fact, a whole number or a parameter after '$'"
            self.reader.fault(("points",), f"the points of {quoted(self.name)} start from nothing", help)
        if "within" in value:
            within = self._bounds(value["within"], ("points", "within"))
        written = value.get("steps", [])
        if not isinstance(written, Sequence) or isinstance(written, str):
            self.reader.fault(("points", "steps"), "'steps' is a list", "start each step with '- '")
            return None
        if len(written) > MAX_STEPS:
            self._too_many(("points", "steps"), "steps", len(written), MAX_STEPS)
            return None
        steps = [self._step(step, ("points", "steps", n), within) for n, step in enumerate(written)]
        if start is None or len(self.reader.problems) > before:
            return None
        found = Points(start, tuple(s for s in steps if s is not None), within)
        asked = sum(1 for condition in found.conditions for _ in compared(condition))
        if asked > MAX_COMPARED:
            self._too_many(("points", "steps"), "comparisons", asked, MAX_COMPARED)
            return None
        return found

    def _too_many(self, path: Path, what: str, many: int, most: int) -> None:
        message = f"fact {quoted(self.name)} has {many:,} {what}, and {most} are the most"
        self.reader.fault(path, message, "divide it into several facts")

    def _step(self, data: object, path: Path, general: Bounds | None) -> Step | None:
        if not isinstance(data, Mapping):
            help = "write {add: 1, when: ...}"
            self.reader.fault(path, f"a step is a block of keys, not {quoted(data)}", help)
            return None
        before = len(self.reader.problems)
        self._check_keys(data, path, _STEP_KEYS, "a step")
        chosen = [does for does in Does if does in data]
        if len(chosen) != 1:
            if len(self.reader.problems) == before:
                found = " and ".join(chosen) or "none"
                message = f"a step does exactly one of {', '.join(Does)}, and this one {found}"
                self.reader.fault(path, message, "write a step for each" if chosen else "add one of them")
            return None
        does = Does(chosen[0])
        amount = self._amount(data[does], (*path, str(does)))
        if does in (Does.ADD, Does.TAKE) and isinstance(amount, Const) and amount.value < 0:
            other = Does.TAKE if does is Does.ADD else Does.ADD
            message = f"a step that is to {does} {amount.value}"
            self.reader.fault((*path, str(does)), message, f"write {other}: {-amount.value}")
        when = within = None
        if "when" in data:
            when = self._when(data["when"], (*path, "when"))
        if "within" in data:
            within = self._bounds(data["within"], (*path, "within"))
            self._check_meets(within, general, (*path, "within"))
        why = data.get("why")
        if "why" in data and (not isinstance(why, str) or not why.strip()):
            self.reader.fault(
                (*path, "why"), f"'why' is a text, not {quoted(why)}", "write it, or leave it out"
            )
        if amount is None or len(self.reader.problems) > before or ("when" in data and when is None):
            return None
        return Step(does, amount, when, within, str(why) if why else None, self.reader.place(path))

    def _when(self, data: object, path: Path) -> Condition | None:
        visible = {n: typed(f) for n, f in self._visible.items()}
        unseen = {n: self._unseen(f) for n, f in self.known.items() if n not in visible}
        elsewhere = {self.name: ("is the one declared here", "use the facts it starts from")}
        reader = self.reader.beside({**unseen, **elsewhere, **self.reader.elsewhere})
        return parse_condition(data, path, reader, visible, self.params)

    def _bounds(self, value: object, path: Path) -> Bounds | None:
        if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
            self.reader.fault(path, "'within' takes the lowest and the highest", "write within: [1, 5]")
            return None
        low, high = (self._operand(v, (*path, n)) for n, v in enumerate(value))
        if low is None or high is None:
            return None
        if isinstance(low, Const) and isinstance(high, Const) and low.value > high.value:
            message = f"bounds run from {low.value} down to {high.value}"
            self.reader.fault(path, message, "write the lower end first")
            return None
        return Bounds(low, high)

    def _check_meets(self, own: Bounds | None, general: Bounds | None, path: Path) -> None:
        """Bounds of a step that the bounds of all steps would undo."""
        if own is None or general is None:
            return
        numbers = [o.value for o in (own.low, own.high, general.low, general.high) if isinstance(o, Const)]
        if len(numbers) == 4 and (numbers[0] > numbers[3] or numbers[1] < numbers[2]):
            beyond = f"those of all steps, {numbers[2]} to {numbers[3]}"
            message = f"bounds {numbers[0]} to {numbers[1]} lie outside {beyond}"
            self.reader.fault(path, message, "let them meet")

    def _check_keys(self, data: Mapping[str, object], path: Path, keys: Sequence[str], what: str) -> None:
        for key in data:
            if key not in keys:
                help = suggest(str(key), map(str, keys), "keys")
                self.reader.fault_of_key((*path, str(key)), f"unknown key {quoted(key)} in {what}", help)


def reckoned_from(data: object) -> set[str]:
    """The names a definition, as written, is reckoned from."""
    if not isinstance(data, Mapping):
        return set()
    found: set[str] = set()
    if isinstance(data.get("sum"), Mapping):
        found |= set(map(str, data["sum"]))
    if "round" in data:
        found.add(str(data["round"]))
    points = data.get("points")
    if isinstance(points, Mapping):
        found.add(str(points.get("start")))
        steps = points.get("steps")
        for step in steps if isinstance(steps, list) else []:
            if isinstance(step, Mapping):
                found |= {str(step[does]) for does in Does if does in step} | _asked(step.get("when"))
    return found


def _asked(condition: object) -> set[str]:
    """The names that stand where a condition may name facts."""
    if isinstance(condition, Mapping):
        return {str(key) for key in condition}.union(*(_asked(v) for v in condition.values()))
    return set().union(*map(_asked, condition)) if isinstance(condition, list) else set()
