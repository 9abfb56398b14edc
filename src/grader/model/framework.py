"""A framework: what a body is judged against."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field, GetJsonSchemaHandler, PrivateAttr, model_validator
from pydantic_core import CoreSchema

from grader.cached import cached_property
from grader.errors import Place
from grader.model.base import FileId, Id, InputModel, LevelId, PartialDate, Text
from grader.model.scales import FindingBlock, MeasureBlock, ScaleBlock, StatusesBlock, vocabulary_of
from grader.vocabulary.scales import Word
from grader.vocabulary.words import Vocabulary


class Incomparable(InputModel):
    """Something whose grades may not be laid beside this framework's."""

    id: Id
    what: Text
    why: Text
    source: list[Text] = []


class About(InputModel):
    """What the framework is, whose, and how far it may be trusted."""

    id: FileId
    title: Text
    publisher: Text
    licence: Text
    status: Literal["official", "reconstruction", "example"]
    version: Text | None = None
    """The version of the file, where it counts them; what each brought stands under `history`."""
    statement: Text
    not_comparable_with: list[Incomparable] = []


class Edition(InputModel):
    """One edition of the framework."""

    title: Text
    published: PartialDate
    bodies: int | None = None
    """How many bodies were inspected under it."""
    note: Text | None = None
    source: list[Text] = []


class GradeMeaning(InputModel):
    """One grade: what it says, in our words."""

    id: LevelId
    title: Text
    meaning: Text
    expects: Id | None = None
    """A finding the meaning speaks of: a final grade without one on the record is a warning."""
    not_expected_in: list[Id] = []
    """Areas of which the meaning can be true without that finding."""
    source: list[Text] = []


class GradeScale(InputModel):
    """The grades, best first, and the one given when no rule reaches any."""

    default: LevelId
    grades: list[GradeMeaning] = Field(min_length=2)


class ProvenanceKind(InputModel):
    """Where wording comes from, and how far to trust it."""

    title: Text
    trust: Text


class Reference(InputModel):
    """A document the framework cites."""

    title: Text
    url: Text | None = None


class Names(InputModel):
    """The four names an area goes by; None where there is none."""

    question: Text | None = None
    heading: Text | None = None
    judgment: Text | None = None
    label: Text | None = None


class InEdition(InputModel):
    """How an edition treats an area: whether it is graded, and whether an inspection may leave it out."""

    graded: bool
    optional: bool = False


class Link(InputModel):
    """A characteristic that another's evidence also counts on, where from, and why; its id alone will do."""

    id: Id
    provenance: Id | None = None
    source: list[Text] = []
    why: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        return {"id": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, handler(schema)]}


class LooksLike(InputModel):
    """What exceeding a characteristic, or falling short of it, looks like, and how that is known."""

    text: Text
    provenance: Id | None = None
    source: list[Text] = []


class Version(InputModel):
    """One version of the file: what it brought, and what became of each id it touched."""

    version: Text
    what: Text
    became: dict[Id, Text] = {}


class Characteristic(InputModel):
    """One thing a good body does."""

    id: Id
    text: Text
    scale: Id | None = None
    """The scale it is assessed on; the default one by default."""
    provenance: Id | None = None
    """Of which kind its wording is; required where the framework declares kinds."""
    note: Text | None = None
    source: list[Text] = []
    reference: Text | None = None
    code: Text | None = None
    """What it is called in a published table, where that is not the area's code and the number."""
    informs: list[Link] = []
    """Characteristics its evidence also counts on, in an edition that does not grade its own area."""
    unlike: dict[Id, Text] = {}
    """Characteristics it is taken for, and how it differs from each."""
    exceeding: LooksLike | None = None
    falling_short: LooksLike | None = None
    counted: bool = True
    """False where another programme grades it."""


class Topic(InputModel):
    """A group of characteristics."""

    id: Id
    title: Text
    provenance: Id | None = None
    source: list[Text] = []
    reference: Text | None = None
    note: Text | None = None
    characteristics: list[Characteristic] = Field(min_length=1)


class Area(InputModel):
    """What gets a grade."""

    id: Id
    title: Text
    names: Names = Names()
    code: Text | None = None
    """What its characteristics are numbered under in a published table, as in `RESP-2c`."""
    question_provenance: Id | None = None
    note: Text | None = None
    editions: dict[str, InEdition] = Field(min_length=1)
    topics: list[Topic] = Field(min_length=1)

    @cached_property
    def characteristics(self) -> tuple[Characteristic, ...]:
        """Every characteristic of the area, in order."""
        return tuple(c for t in self.topics for c in t.characteristics)

    @cached_property
    def counted(self) -> tuple[Characteristic, ...]:
        """Those that bear on the grade."""
        return tuple(c for c in self.characteristics if c.counted)


class Framework(InputModel):
    """A framework file."""

    framework: About
    history: list[Version] = []
    """Versions of the file, the last one first. An id never changes its meaning."""
    editions: dict[str, Edition] = Field(min_length=1)
    scales: dict[Id, ScaleBlock] = {}
    """Scales that characteristics are assessed on, levels worst first."""
    statuses: StatusesBlock | None = None
    """That the status of a characteristic is what was assessed; rules conclude it by default."""
    findings: list[FindingBlock] | None = None
    """The kinds of finding there are; PEEL's by default."""
    measures: dict[Id, MeasureBlock] = {}
    """Figures with a unit, a range and so many decimals."""
    grade_scale: GradeScale
    provenance: dict[str, ProvenanceKind] = {}
    sources: dict[str, Reference] = {}
    areas: list[Area] = Field(min_length=1)
    _statuses_at: Place | None = PrivateAttr(default=None)

    @property
    def id(self) -> str:
        return self.framework.id

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words it judges in: those of PEEL where it declares none."""
        used = [c.scale for a in self.areas for c in a.characteristics]
        return vocabulary_of(self.id, self.scales, self.statuses, self.findings, used)

    def say_where(self, statuses: Place) -> None:
        """Say where its file says how statuses follow from what was assessed."""
        self._statuses_at = statuses

    @property
    def statuses_at(self) -> Place | None:
        """Where its file declares `statuses`, or None."""
        return self._statuses_at

    def scale_of(self, characteristic_id: str) -> str | None:
        """The scale a characteristic names; raises KeyError for no characteristic."""
        return self.characteristic(characteristic_id).scale

    def status_word(self, characteristic_id: str, status: str) -> Word:
        """The word for a characteristic's status, as a proposal says it; raises KeyError."""
        words = self.vocabulary
        if not words.declared or status == words.statuses.nothing:
            return words.statuses.word(status)
        return words.scale_of(self.scale_of(characteristic_id)).word(status)

    def areas_in(self, edition: str) -> tuple[Area, ...]:
        """Areas of an edition, in framework order."""
        return tuple(a for a in self.areas if edition in a.editions)

    def area(self, area_id: str) -> Area:
        """The area with this id; raises KeyError."""
        return self._areas[area_id]

    def characteristic(self, characteristic_id: str) -> Characteristic:
        """The characteristic with this id; raises KeyError."""
        return self._characteristics[characteristic_id][1]

    def area_of(self, characteristic_id: str) -> Area:
        """The area a characteristic belongs to; raises KeyError."""
        return self._characteristics[characteristic_id][0]

    def characteristics(self) -> Iterator[tuple[Area, Characteristic]]:
        """Every characteristic with its area, in framework order."""
        return iter(self._characteristics.values())

    @property
    def provenance_counts(self) -> dict[str, int]:
        """Characteristics of each kind of provenance, as declared."""
        counts = dict.fromkeys(self.provenance, 0)
        for _, c in self._characteristics.values():
            if c.provenance is not None:
                counts[c.provenance] = counts.get(c.provenance, 0) + 1
        return counts

    @property
    def grades_worst_first(self) -> tuple[str, ...]:
        """Ids of the grades, worst first."""
        return tuple(g.id for g in reversed(self.grade_scale.grades))

    @cached_property
    def _areas(self) -> dict[str, Area]:
        return {a.id: a for a in self.areas}

    @cached_property
    def _characteristics(self) -> dict[str, tuple[Area, Characteristic]]:
        return {c.id: (a, c) for a in self.areas for c in a.characteristics}
