"""A workbench opened from its settings: the database brought up to date, the workers started."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from grader.server.bench import Workbench
from grader.server.database import Database, reachable
from grader.server.grading import Grading
from grader.server.known_rules import KnownRules
from grader.server.limiting import SignInLimits
from grader.server.migrating import bring_up_to_date
from grader.server.passwords import PasswordCheck
from grader.server.settings import Settings
from grader.server.workers import Workers


@contextmanager
def opened(settings: Settings, *, workers: bool = True, migrate: bool = True) -> Iterator[Workbench]:
    """A workbench, closed at the end.

    Parameters
    ----------
    settings : Settings
        Where its data lies, and its limits.
    workers : bool
        Start workers; accounts and the audit log need none.

    Raises
    ------
    InputError
        The database cannot be reached, or is of a newer grader.
    """
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database_url)
    reachable(database)
    if migrate:
        bring_up_to_date(database)
    pool = Workers(settings.limits)
    bench = Workbench(
        settings=settings,
        database=database,
        rules=KnownRules(),
        grading=Grading(pool, settings.limits.cache),
        passwords=PasswordCheck(settings.passwords),
        sign_in_limits=SignInLimits(settings.limits),
    )
    try:
        if workers:
            pool.start()
            bench.rules.all()  # read before anybody waits for it
        yield bench
    finally:
        pool.close()
        database.close()
