"""The words of one framework.

Other modules ask for the word with a role, and name none themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from grader.cached import cached_property
from grader.vocabulary.kinds import (
    CLOSED,
    IMPROVING,
    ORIGIN,
    PROGRESS,
    STRENGTH,
    Basis,
    KindOfFinding,
    StrengthName,
)
from grader.vocabulary.scales import (
    COUNTS_AS,
    DEFAULT_SCALE,
    FOR_NOTHING,
    WITHHOLDS,
    Levels,
    Outside,
    Role,
    Scale,
    Several,
    Word,
    own_fields,
)


@dataclass(frozen=True)
class Vocabulary:
    """The words of one framework.

    Attributes
    ----------
    id : str
        Unique to these words.
    bases : tuple of Basis
        How items are found.
    declared : tuple of Levels
        The declared scales, each a run of `assessments` and `statuses`.
    several : {"lowest", "best", "latest"} or None
        Which of several items sets a status; None where rules do.
    """

    id: str
    assessments: Scale
    statuses: Scale
    extents: Scale
    harms: Scale
    bases: tuple[Basis, ...]
    findings: tuple[KindOfFinding, ...]
    declared: tuple[Levels, ...] = ()
    several: Several | None = None

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<Vocabulary {self.id}>"

    def __getstate__(self) -> dict[str, object]:
        return own_fields(self)

    # Scales -----------------------------------------------------------------------------------------------

    @cached_property
    def kinds(self) -> Scale:
        """Ids of the kinds of finding, unordered."""
        return Scale("kind", tuple(k.id for k in self.findings), ordered=False)

    @cached_property
    def standings(self) -> Scale:
        """What findings count as, in no order that means anything."""
        standings = (s for k in self.findings for s in (k.counts_as, k.improving_as) if s is not None)
        return Scale("standing", tuple(dict.fromkeys((CLOSED, *standings))), ordered=False)

    @cached_property
    def scales(self) -> Mapping[str, Scale]:
        """Every scale rules may look at, by name; no flags."""
        found = (
            self.assessments, self.statuses, STRENGTH, self.extents, self.harms, PROGRESS, self.kinds, ORIGIN,
            self.standings,
        )  # fmt: skip
        return MappingProxyType({scale.name: scale for scale in found})

    # The scales of characteristics -------------------------------------------------------------------------

    @cached_property
    def by_scale(self) -> Mapping[str, Levels]:
        """Each scale of characteristics by its id."""
        return MappingProxyType({each.id: each for each in self.declared or (self._only,)})

    @cached_property
    def _only(self) -> Levels:
        names = self.assessments.levels
        words = tuple(self.assessments.word(name) for name in names)
        return Levels(DEFAULT_SCALE, "", names, self.assessments.rank(names[0]), words)

    def scale_of(self, scale: str | None) -> Levels:
        """The scale named, or the default; raises KeyError."""
        return self.by_scale[scale or DEFAULT_SCALE]

    def levels_of(self, scale: str | None) -> tuple[str, ...]:
        """A scale's levels, worst first, as `assessments` names them."""
        return self.scale_of(scale).names

    def is_step(self, before: int, after: int) -> bool:
        """Whether two ranks of `assessments` are levels of one scale."""
        return any(before in each.ranks and after in each.ranks for each in self.by_scale.values())

    @cached_property
    def scores(self) -> tuple[int, ...]:
        """Scores of the statuses by rank; 0 where there is none."""
        return tuple(w.score or 0 for w in self.statuses.words)

    @cached_property
    def scored(self) -> bool:
        """Whether any scale has scores."""
        return any(w.score is not None for w in self.statuses.words)

    @cached_property
    def scale_ids(self) -> Scale:
        """Ids of the scales, in no order that means anything."""
        return Scale("scale", tuple(self.by_scale), ordered=False)

    @cached_property
    def withholding(self) -> tuple[str, ...]:
        """Statuses with which an area is withheld."""
        return tuple(
            o.word.id for each in self.declared for o in each.outside if o.for_the_grade == WITHHOLDS
        )

    def outside(self, scale: str | None, written: str) -> Outside | None:
        """The level outside the order written so, or None."""
        return self.scale_of(scale).by_name.get(written)

    def counted_as(self, scale: str | None, written: str) -> str | None:
        """What a level counts as on `assessments`; None for nothing."""
        if not self.declared or written == self.assessments.nothing:
            return written
        levels = self.scale_of(scale)
        other = levels.by_name.get(written)
        if other is None:
            return levels.written[written]
        found = {FOR_NOTHING: None, WITHHOLDS: other.word.id, COUNTS_AS: other.counts_as}
        return found[other.for_the_grade]

    # Assessments and bases --------------------------------------------------------------------------------

    @cached_property
    def shortfalls(self) -> frozenset[str]:
        """Assessments on which extent, harm and remedy are read."""
        return frozenset(self.assessments.having(Role.SHORTFALL))

    @cached_property
    def sound(self) -> str:
        """The lowest assessment that is no shortfall."""
        return next(name for name in self.assessments.levels if name not in self.shortfalls)

    @cached_property
    def basis(self) -> Mapping[str, Basis]:
        """Each basis by its id."""
        return {b.id: b for b in self.bases}

    def bases_of(self, strength: StrengthName | None) -> tuple[str, ...]:
        """Bases that lend a strength; for None, those that never count."""
        return tuple(b.id for b in self.bases if b.strength == strength)

    @cached_property
    def made_basis(self) -> Mapping[str, str]:
        """The basis of a made-up item, by strength."""
        return {str(b.strength): b.id for b in self.bases if b.made}

    @cached_property
    def looked_for_basis(self) -> Mapping[str, str]:
        """The basis of an item still to be found, by strength."""
        return {str(b.strength): b.id for b in self.bases if b.looked_for}

    # Statuses ---------------------------------------------------------------------------------------------

    @cached_property
    def successes(self) -> tuple[Word, ...]:
        """Statuses as good as they should be, worst first."""
        return tuple(self.statuses.word(name) for name in self.statuses.having(Role.SUCCESS))

    # Findings ---------------------------------------------------------------------------------------------

    @cached_property
    def kind(self) -> Mapping[str, KindOfFinding]:
        """Each kind of finding by its id."""
        return {k.id: k for k in self.findings}

    @cached_property
    def shown(self) -> tuple[KindOfFinding, ...]:
        """The kinds in a report's order."""
        return tuple(sorted(self.findings, key=lambda k: k.order))

    @cached_property
    def proposed(self) -> tuple[str, ...]:
        """The kinds that rules may propose."""
        return tuple(k.id for k in self.findings if k.proposed)

    @cached_property
    def capping(self) -> tuple[str, ...]:
        """The kinds that cap the grade."""
        return tuple(k.id for k in self.findings if k.caps)

    @cached_property
    def concern(self) -> str:
        """What caps the grade, inside a sentence."""
        return " or ".join(self.kind[name].said for name in self.capping)

    @cached_property
    def capping_ranks(self) -> frozenset[int]:
        """Ranks of the standings that cap the grade."""
        return self._standing_ranks(k for k in self.findings if k.caps)

    @cached_property
    def open_ranks(self) -> frozenset[int]:
        """Ranks of the standings that rule out withholding."""
        return self._standing_ranks(k for k in self.findings if k.never_withheld)

    def _standing_ranks(self, kinds: Iterable[KindOfFinding]) -> frozenset[int]:
        return frozenset(self.standings.rank(k.counts_as) for k in kinds)

    def improving_into(self, kind: KindOfFinding) -> tuple[str, ...]:
        """Kinds that count as this one while improving."""
        return tuple(
            k.plural[:1].lower() + k.plural[1:] for k in self.shown if k.improving_as == kind.counts_as
        )

    def counts_as(self, kind: str, progress: str | None) -> str:
        """A finding's standing: closed, improving or as its kind says."""
        if progress == CLOSED:
            return CLOSED
        found = self.kind[kind]
        return (found.improving_as if progress == IMPROVING else None) or found.counts_as
