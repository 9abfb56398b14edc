"""A framework, a bound rule book and an engine, ready for any inspections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import Any, Final

from grader.cached import cached_property
from grader.engines.choice import engine_for
from grader.engines.reference import ReferenceEngine
from grader.errors import InputError, Place, Problem
from grader.grading.aggregates import AreaAggregator
from grader.grading.conclude import LayerEvaluator
from grader.grading.results import ProposalContext
from grader.grading.run import GradingTrace, propose, run
from grader.io import catalogue
from grader.io.frameworks import FrameworkFile
from grader.io.given import Given, PathLike, draft_given, resolved
from grader.io.inspection_draft import InspectionDraft, draft_of
from grader.io.inspections import InspectionFile
from grader.io.yaml_source import Document
from grader.language.bind import bind
from grader.language.engine import Engine
from grader.language.english import English
from grader.language.memo import Recent
from grader.language.rulebook import AT_DEFAULTS, EVERYWHERE, RuleBook
from grader.language.settings import Settings, read_settings
from grader.model.framework import Area
from grader.model.inspection import Inspection
from grader.model.proposal import Proposal

EngineMaker = Callable[[RuleBook], Engine]
"""Makes an engine over a bound rule book."""

#: Sessions at other settings that one keeps, and answers at other settings that an inspection keeps.
KEPT: Final = 8


class Session:
    """Grades inspections by one framework and rule book; safe for many threads.

    Parameters
    ----------
    framework : FrameworkFile
    book : RuleBook
        Not bound.
    settings : mapping of str to str or int, optional
        Other values of parameters: `{"some": "35%"}`.
    engine : {"rete", "reference"}, optional
        By default `rete`, checked by `reference`; or a function that makes an engine.

    Raises
    ------
    InputError
        A setting is unknown, malformed or out of range.
    """

    def __init__(
        self,
        framework: FrameworkFile,
        book: RuleBook,
        settings: Mapping[str, object] | None = None,
        engine: str | EngineMaker | None = None,
    ) -> None:
        self.framework = framework
        self.book = book
        self.settings: Settings = read_settings(book, settings if settings is not None else {})
        self.engine_name = engine
        self._kept: Recent[Session] = Recent(KEPT)
        self._aggregators: dict[str, AreaAggregator] = {}

    @classmethod
    def open(
        cls,
        rules: PathLike | None = None,
        framework: PathLike | None = None,
        settings: Mapping[str, object] | None = None,
        engine: str | None = None,
    ) -> Session:
        """A session over a framework and a rule book, by id or path.

        Each is found from the other; PEEL 2021/22 without either.
        """
        if framework is None:
            _, file, book = catalogue.open_rulebook(rules if rules is not None else catalogue.DEFAULT)
        else:
            file = catalogue.framework_at(framework, catalogue.folder_near(rules))
            book = catalogue.rulebook(rules, file)
        return cls(file, book, settings, engine)

    def __reduce__(self) -> tuple[Any, ...]:
        return Session, (self.framework, self.book, self.settings, self.engine_name)

    def __repr__(self) -> str:
        changed = f", {len(self.settings)} settings" if self.settings else ""
        return f"<Session {self.book.id} {self.book.version}{changed}>"

    # What it holds ----------------------------------------------------------------------------------------

    @cached_property
    def bound(self) -> RuleBook:
        """The rule book with a number for each parameter."""
        return bind(self.book, self.settings)

    @cached_property
    def english(self) -> English:
        """The rules in words, at these settings."""
        return English(self.book, self.settings)

    @cached_property
    def engine(self) -> Engine:
        """The engine the grading pass runs on."""
        make = self.engine_name
        return make(self.bound) if callable(make) else engine_for(self.bound, make)

    @cached_property
    def evaluator(self) -> LayerEvaluator:
        """Concludes on the session's engine."""
        return LayerEvaluator(self.bound, self.engine)

    @cached_property
    def what_if(self) -> LayerEvaluator:
        """Concludes on the reference engine, for what-if questions."""
        if isinstance(self.engine, ReferenceEngine):
            return self.evaluator
        return LayerEvaluator(self.bound, ReferenceEngine(self.bound))

    def aggregator(self, area: Area) -> AreaAggregator:
        """What an area's rules see, on the reference engine."""
        found = self._aggregators.get(area.id)
        if found is None:  # two threads may both make one: the first to be kept is everybody's
            found = self._aggregators.setdefault(area.id, AreaAggregator(self.what_if, area))
        return found

    @cached_property
    def rules_built_in(self) -> bool:
        """Whether these are the built-in rules of that id."""
        return self.book.sha256 == catalogue.built_in_sha256(self.book.id)

    @cached_property
    def ranges_proved(self) -> bool:
        """Whether `check --record` proved what ranges rest on, at these settings."""
        proved = self.book.proved
        if proved is None or proved.framework_sha256 != self.framework.sha256:
            return False
        extents = {proved.promises.get(name) for name in self.book.range_rests_on}
        return extents <= {EVERYWHERE} or (extents <= {EVERYWHERE, AT_DEFAULTS} and not self.settings)

    # What it does -----------------------------------------------------------------------------------------

    def load(self, given: Given) -> LoadedInspection:
        """An inspection, checked whole.

        Parameters
        ----------
        given : path, str, mapping or Inspection
            A file, its text, plain data, or a model.

        Raises
        ------
        InputError
            Every fault of the inspection.
        """
        return self.resolve(draft_given(given))

    def resolve(self, draft: InspectionDraft) -> LoadedInspection:
        """As `load`, of an inspection that has been read so far."""
        return LoadedInspection(self, resolved(draft, self.framework.framework, self.book))

    def at(
        self, settings: Mapping[str, object] | None = None, engine: str | EngineMaker | None = None
    ) -> Session:
        """The same at other settings, or on another engine.

        None leaves a value as it is; settings replace all. The latest sessions are kept.
        """
        values = self.settings if settings is None else read_settings(self.book, settings)
        chosen = self.engine_name if engine is None else engine
        if values == self.settings and chosen == self.engine_name:
            return self
        key = (tuple(sorted(values.items())), chosen)
        return self._kept.of(key, lambda: Session(self.framework, self.book, values, chosen))

    def run(self, inspection: Inspection) -> GradingTrace:
        """Conclude on an inspection already checked."""
        return run(inspection, self.framework.framework, self.evaluator)


@dataclass(frozen=True, eq=False, repr=False)
class LoadedInspection:
    """An inspection checked by its session; graded once, when first asked.

    Attributes
    ----------
    session : Session
    file : InspectionFile
        With its SHA-256 and warnings.
    """

    session: Session
    file: InspectionFile
    _lock: Any = field(default_factory=RLock, init=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return LoadedInspection, (self.session, self.file)

    def __repr__(self) -> str:
        held = len(self.inspection.evidence)
        return f"<LoadedInspection {self.inspection.id}: {held} item{'' if held == 1 else 's'} of evidence>"

    @property
    def inspection(self) -> Inspection:
        """What was found."""
        return self.file.inspection

    @property
    def framework(self) -> FrameworkFile:
        """The framework it is graded against."""
        return self.session.framework

    @property
    def book(self) -> RuleBook:
        """The rule book, as written."""
        return self.session.book

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Things about the record a person should look at, located."""
        return self.file.warnings

    @cached_property
    def old(self) -> frozenset[str]:
        """Ids of evidence that is old at the inspection's `as_of`."""
        return self.inspection.old

    @property
    def trace(self) -> GradingTrace:
        """Everything the grading pass concluded."""
        with self._lock:
            return self._trace

    @cached_property
    def _trace(self) -> GradingTrace:
        return self.session.run(self.inspection)

    @property
    def proposal(self) -> Proposal:
        """The proposed grades, with what each hinges on."""
        with self._lock:
            return self._proposal

    @cached_property
    def _proposal(self) -> Proposal:
        return self.propose()

    def propose(self, *, hinges: bool = True) -> Proposal:
        """The proposal built afresh, without hinges where nobody reads them."""
        session = self.session
        context = ProposalContext(
            framework=session.framework,
            book=session.book,
            bound=session.bound,
            english=session.english,
            settings=session.settings,
            engine=session.engine.name,
            evidence={e.id: e for e in self.inspection.evidence},
            old=self.old,
            ranges=session.what_if if session.ranges_proved else None,
        )
        aggregates = session.aggregator if hinges else None
        return propose(context, self.file, self.trace, session.evaluator, aggregates)

    def at(
        self, settings: Mapping[str, object] | None = None, engine: str | EngineMaker | None = None
    ) -> LoadedInspection:
        """The same inspection at other settings or on another engine."""
        other = self.session.at(settings, engine)
        if other is self.session:
            return self
        key = (tuple(sorted(other.settings.items())), other.engine_name)
        return self._elsewhere.of(key, lambda: replace(self, session=other))

    @cached_property
    def _elsewhere(self) -> Recent[LoadedInspection]:
        return Recent(KEPT)


class Sessions:
    """One session for each framework that inspections name.

    Parameters
    ----------
    rules : path or str, optional
        A folder or id; the framework's own by default.
    engine : {"rete", "reference"}, optional
    """

    def __init__(self, rules: PathLike | None = None, engine: str | None = None) -> None:
        self.rules = rules
        self.engine = engine
        self._opened: dict[str, Session] = {}
        self._frameworks: dict[str, FrameworkFile] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return Sessions, (self.rules, self.engine)

    def load(self, given: Given) -> LoadedInspection:
        """An inspection, checked whole against the framework it names.

        Raises
        ------
        InputError
            Every fault of the inspection, framework or rule book.
        UnknownNameError
            No such rule book.
        """
        return self._resolve(draft_given(given))

    def load_document(self, document: Document) -> LoadedInspection:
        """As `load`, of a document that has been read."""
        return self._resolve(draft_of(document))

    def _resolve(self, draft: InspectionDraft) -> LoadedInspection:
        name = draft.inspection.inspection.framework
        try:
            session = self.of(name, draft.document.place(("inspection", "framework")))
        except InputError as error:
            raise InputError([*draft.problems, *error.problems]) from error
        return session.resolve(draft)

    def of(self, name: str, place: Place | None = None) -> Session:
        """The session for a framework's id, named at `place`."""
        found = self._opened.get(name)
        if found is None:
            framework = self.framework(name, place)
            book = catalogue.rulebook(self.rules, framework)
            found = self._opened.setdefault(name, Session(framework, book, None, self.engine))
        return found

    def framework(self, name: str, place: Place | None = None) -> FrameworkFile:
        """The framework with this id, named at `place`; raises InputError."""
        found = self._frameworks.get(name)
        if found is None:
            found = catalogue.framework_in(name, place, catalogue.folder_near(self.rules))
            found = self._frameworks.setdefault(name, found)
        return found
