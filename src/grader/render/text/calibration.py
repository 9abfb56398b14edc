"""Parameters fitted to past decisions, as a person reads it."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text

from grader.language.english import number
from grader.language.rulebook import RuleBook
from grader.model.calibration import Agreed, Calibration, HeldOut
from grader.render.text.tables import Labelled, indented, text_of

_BOXES = 8


def calibration_for_person(book: RuleBook, found: Calibration) -> list[RenderableType]:
    """The parts of the answer, from top to bottom."""
    heads = [
        text_of(f"{book.id} {book.version}: {', '.join(found.parameters)}", "bold"),
        text_of(f"{found.inspections} inspections, {found.areas} areas with a final grade"),
        Text(),
    ]
    lines = [
        ("at the defaults:", _agreed(found.at_defaults)),
        ("at the best values:", _agreed(found.best)),
    ]
    held = (
        ("left out, fitted:", found.left_out),
        ("left out, defaults:", found.left_out_defaults),
        ("left out, commonest grade:", found.left_out_naive),
    )
    lines += [(label, _held(each)) for label, each in held if each is not None]
    parts: list[RenderableType] = [*heads, Labelled(lines), Text(), text_of("Every best setting", "bold")]
    shown = found.boxes[:_BOXES]
    boxes = [("", "; ".join(_range(book, n, ends) for n, ends in box.ranges.items())) for box in shown]
    if len(found.boxes) > _BOXES:
        boxes.append(("", f"and {len(found.boxes) - _BOXES} smaller sets"))
    parts += [indented(Labelled(boxes)), Text()]
    if found.recommended is None:
        return [*parts, text_of(f"no recommendation: {found.why_not}", "bold")]
    said = ", ".join(f"{n} {_number(book, n, v)}" for n, v in found.recommended.items())
    return [*parts, text_of(f"recommended: {said}", "bold")]


def _agreed(agreed: Agreed) -> str:
    kappa = "none" if agreed.weighted_kappa is None else f"{agreed.weighted_kappa:.2f}"
    return f"weighted kappa {kappa}, {100 * agreed.exact:.0f} % the same, of {agreed.areas} areas"


def _held(held: HeldOut) -> str:
    low, high = held.interval
    return f"{100 * held.exact:.0f} % the same (95 % interval {100 * low:.0f} to {100 * high:.0f} %)"


def _range(book: RuleBook, name: str, ends: tuple[int, int]) -> str:
    low, high = (_number(book, name, end) for end in ends)
    return f"{name} {low}" if low == high else f"{name} from {low} to {high}"


def _number(book: RuleBook, name: str, value: int) -> str:
    return number(value, None, book.parameters[name].kind)
