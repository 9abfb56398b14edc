"""From what a rule author wrote to the tree: facts of scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from grader.errors import quoted, suggest
from grader.language.nodes import AGGREGATES, Definition, FactOf, Kind, Level, LowestScore, Test
from grader.language.parse import Reader
from grader.language.parse_reckoned import Reckoning
from grader.language.rulebook import Layer
from grader.language.vocabulary import SCORE, Entity
from grader.vocabulary.kinds import FLAG
from grader.vocabulary.scales import Scale

Parsed = tuple[Definition, Level, Kind, Scale | None]


def parse_reckoned(
    name: str, definer: str, data: Mapping[str, object], reckoning: Reckoning
) -> Parsed | None:
    """A sum of weights, a rounded number or points."""
    found: Definition | None
    value = data[definer]
    if isinstance(value, Mapping) and definer == "sum":
        found = reckoning.weighted(value)
    else:
        found = reckoning.rounded(data) if definer == "round" else reckoning.points(value)
    return None if found is None else (found, Level.AREA, Kind.SCORE, None)


def parse_score_of(named: str, reader: Reader) -> Parsed | None:
    """The score of one named characteristic."""
    if named in reader.characteristics and named not in reader.scored:
        help = "give the levels of its scale scores in the framework, or use status_of"
        reader.fault(("score_of",), f"the levels of {named} have no scores", help)
        return None
    return FactOf(named, SCORE), Level.AREA, Kind.SCORE, None


def parse_scores(
    definer: str, value: str, entity: Entity, where: tuple[Test, ...], layer: Layer, reader: Reader
) -> Parsed | None:
    """A sum, a highest or a lowest of the scores of an area's characteristics."""
    numbers = entity.numbers
    if value not in numbers:
        if not numbers and entity.name == "characteristics":
            message, help = "no level of the framework has a score", "give its levels scores in the framework"
        else:
            message = f"{quoted(value)} is no attribute of {entity.name} with a number"
            help = suggest(value, numbers, "attributes") if numbers else "count them, or use characteristics"
            ranked = entity.attributes.get(value)
            if definer == "highest" and ranked is not None and ranked.ordered and ranked is not FLAG:
                help = "the highest value of a scale is its best: write best"
        reader.fault((definer,), message, help)
        return None
    if layer not in (Layer.SUFFICIENCY, Layer.GRADE):
        help = "declare it in the grade or the sufficiency layer"
        reader.fault((definer,), f"the {definer} of scores is a fact of the layers that grade", help)
        return None
    if definer == "best":
        help = "write highest or lowest, whichever is meant"
        reader.fault((definer,), "which score is best is not known of a number", help)
        return None
    make: Callable[..., Definition] = LowestScore if definer == "lowest" else AGGREGATES[definer]
    return make(entity.name, value, where), Level.AREA, Kind.SCORE, None
