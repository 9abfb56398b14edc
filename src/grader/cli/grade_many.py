"""`grader grade` on several inspections, by several processes, in order."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from grader.bulk.processes import in_processes
from grader.cli import options, terminal
from grader.cli.grade_report import write_overview
from grader.cli.record import warnings_of
from grader.errors import GraderError, InputError, Place, Problem, Problems
from grader.io.written import write_by
from grader.session import Sessions

if TYPE_CHECKING:
    from grader.render.content.build import Content

#: With fewer inspections, starting processes takes longer than they save.
FEW = 8


@dataclass(frozen=True, slots=True)
class GradeOutput:
    """What there is to say of one inspection."""

    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    line: str = ""
    """The proposal as JSON on one line."""
    summary: str = ""
    basis: str = ""
    """What the grades rest on: inspections that share it say it whole once in a run."""
    brief: str = ""
    """The summary where that has been said."""
    content: Content | None = None
    """What a report says of it, where one is asked for."""


@dataclass(frozen=True, slots=True)
class GradeTask:
    """Grades one inspection after another; goes to another process as it is."""

    sessions: Sessions
    settings: Mapping[str, str]
    on_terminal: bool
    as_json: bool
    verbose: bool = False
    one_page: bool = False
    with_content: bool = False

    def grade(self, path: str) -> GradeOutput:
        """What there is to say of the inspection in a file."""
        try:
            loaded = self.sessions.load(path)
            loaded = loaded.at(options.settings_for(loaded.book, self.settings))
            proposal = loaded.proposal
        except GraderError as error:
            if error.exit_code != InputError.exit_code:
                raise
            return GradeOutput(terminal.problems_of(error))
        from grader.render.content.brief import brief
        from grader.render.content.build import content_of
        from grader.render.text.brief import brief_parts

        content = content_of(loaded) if self.with_content or self.one_page else None
        warnings, line = tuple(warnings_of(path, loaded)), proposal.to_json(indent=None) + "\n"
        said = GradeOutput((), warnings, line, content=content if self.with_content else None)
        if self.as_json:
            return said
        if self.one_page:
            assert content is not None
            text = terminal.laid_out(*brief_parts(brief(content)), on_terminal=self.on_terminal)
            return replace(said, summary=text)
        from grader.render.text.summary import summary

        text, short_text = (
            terminal.laid_out(*summary(loaded, brief=short), on_terminal=self.on_terminal)
            for short in (False, not self.verbose)
        )
        used, book = proposal.framework, proposal.rulebook
        basis = f"{used.id} {used.edition} {used.sha256} {book.id} {book.sha256} {proposal.engine}"
        return replace(said, summary=text, basis=basis, brief=short_text)


def grade_many(
    paths: Sequence[str],
    each: GradeTask,
    destination: Path | None,
    folder: Path | None = None,
    *,
    new: bool = False,
) -> list[Path]:
    """Grade every inspection, then print; faults of all are raised together.

    Returns
    -------
    list of Path
        Files written to the folder of reports.
    """
    problems, contents, files = Problems(), [], []
    warnings: list[Problem] = []
    told: set[str] = set()
    with _text() as lines, _text() as summaries:
        for at, said in enumerate(in_processes(each, paths, None if len(paths) >= FEW else 1)):
            terminal.progress(at + 1, len(paths))
            problems.extend(said.problems)
            warnings += said.warnings
            contents += [said.content] if said.content is not None else []
            try:
                lines.write(said.line)
                text = said.brief if said.basis in told else said.summary
                told |= {said.basis} if said.basis else set()
                summaries.write(("\n\n" if at else "") + text)
            except OSError as error:
                message = f"the folder for temporary files takes no more: {(error.strerror or '?').lower()}"
                raise InputError(
                    [Problem(message, Place("TMPDIR"), "make room, or name another folder")]
                ) from error
        if problems:
            raise InputError(problems)
        if folder is not None:
            files = write_overview(contents, folder, force=not new)
        if destination is not None:
            write_by(destination, lambda path: copy_text(lines, path), new=new)
        terminal.warn(warnings)
        shown, out = (lines, terminal.out_json) if each.as_json else (summaries, terminal.out)
        shown.seek(0)
        while text := shown.read(1 << 20):
            out(text)
    return files


def _text() -> IO[str]:
    return tempfile.TemporaryFile("w+", encoding="utf-8")


def copy_text(lines: IO[str], path: Path) -> None:
    lines.seek(0)
    with open(path, "w", encoding="utf-8", newline="\n") as stream:
        shutil.copyfileobj(lines, stream)
