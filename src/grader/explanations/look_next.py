"""Unassessed characteristics that could move the grade or range most."""

from __future__ import annotations

from grader.grading.possible import Range, Unassessed
from grader.grading.run import standing_of
from grader.language.row import Row
from grader.model.proposal import OutputModel
from grader.session import LoadedInspection


class TurnedOut(OutputModel):
    """An area's grade and range with one more characteristic assessed."""

    grade: str
    possible: tuple[str, str] | None


class LookNext(OutputModel):
    """An unassessed characteristic, and the area were it good or bad."""

    characteristic: str
    text: str
    if_exceeded: TurnedOut
    if_not_demonstrated: TurnedOut


def look_next(loaded: LoadedInspection, area: str) -> list[LookNext]:
    """Unassessed characteristics, those that could move the grade most first.

    By steps moved, then by the range narrowed, then by id; others are left out.

    Parameters
    ----------
    area : str
        Its id.
    """
    framework, inspection = loaded.framework.framework, loaded.inspection
    edition, whole = inspection.inspection.edition, framework.area(area)
    if area not in loaded.trace.areas or not whole.editions[edition].graded:
        return []
    known = [standing_of(framework.vocabulary, f) for f in inspection.all_findings if f.area == area]
    cases = loaded.trace.characteristics[area]
    case = Unassessed(loaded.session.what_if, whole, edition, cases, known)
    proved = loaded.session.ranges_proved
    now, before = case.grade({}), case.possible() if proved else None
    scale = loaded.session.bound.grade_scale

    def then(row: Row, id: str) -> tuple[int, Range | None]:
        return case.grade({id: row}), case.possible({id: row}) if proved else None

    def said(found: tuple[int, Range | None]) -> TurnedOut:
        rank, possible = found
        ends = None if possible is None else (scale.name_of(possible[0]), scale.name_of(possible[1]))
        return TurnedOut(grade=scale.name_of(rank), possible=ends)

    found: list[tuple[int, int, LookNext]] = []
    for id in case.ids:
        best = then(case.fillings(id).best, id)
        worst = min((then(row, id) for row in case.worst(id)), key=lambda t: (t[0], t[1] or (0, 0)))
        moves = max(best[0], worst[0], now) - min(best[0], worst[0], now)
        narrows = _width(before) - max(_width(best[1]), _width(worst[1]))
        if moves or narrows > 0:
            text = framework.characteristic(id).text
            line = LookNext(
                characteristic=id, text=text, if_exceeded=said(best), if_not_demonstrated=said(worst)
            )
            found.append((-moves, -narrows, line))
    return [line for _, _, line in sorted(found, key=lambda f: (f[0], f[1], f[2].characteristic))]


def _width(possible: Range | None) -> int:
    return 0 if possible is None else possible[1] - possible[0]
