"""Why a request is refused; `problems` says each in HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.errors import GraderError, InputError, Problem


class Refusal(GraderError):
    """A request that is not done: its HTTP `status`, and a short stable `code`."""

    status = 400
    code = "refused"

    def __init__(self, message: str, *, help: str | None = None) -> None:
        super().__init__(message, help=help)


class NotSignedIn(Refusal):
    status = 401
    code = "not_signed_in"

    def __init__(
        self, message: str = "nobody is signed in", *, help: str | None = "sign in, or send a token"
    ) -> None:
        super().__init__(message, help=help)


class NotThere(Refusal):
    """No such thing, or none the caller has a part in: the two are not told apart."""

    status = 404
    code = "not_found"

    def __init__(self, message: str = "there is no such page", *, help: str | None = None) -> None:
        super().__init__(message, help=help)


class NotAllowed(Refusal):
    status = 403
    code = "not_allowed"


class NotNow(Refusal):
    """Not as things stand: the inspection is closed, a name is taken."""

    status = 409
    code = "conflict"


class TagsHidden(NotNow):
    """Whoever asks is tagging as a second person, and is shown no tags of others meanwhile."""

    code = "tagging_blind"

    def __init__(self) -> None:
        super().__init__(
            "you are tagging as a second person: how others tagged is not shown to you meanwhile",
            help="hand your tagging in first, under Second tagging",
        )


class VersionNeeded(Refusal):
    """A change without a word of which version it changes."""

    status = 428
    code = "version_needed"

    def __init__(self) -> None:
        super().__init__(
            "this change does not say which version it was made on",
            help="read it first, and send its ETag as If-Match",
        )


class Changed(Refusal):
    """Somebody changed it since it was read.

    Attributes
    ----------
    version : str
        The present one.
    current : mapping or None
        What there is now, beside what was sent; None if gone.
    by, at : str or None
        Who changed it, and when.
    """

    status = 412
    code = "changed"

    def __init__(
        self,
        what: str,
        *,
        version: str,
        current: Mapping[str, Any] | None,
        by: str | None = None,
        at: str | None = None,
    ) -> None:
        who = f" by {by}" if by else ""
        super().__init__(
            f"{what} was changed{who} since you read it",
            help="look at what it is now, and send your change again with its version",
        )
        self.version = version
        self.current = current
        self.by = by
        self.at = at


class TooLarge(Refusal):
    status = 413
    code = "too_large"


class TooMany(Refusal):
    status = 429
    code = "too_many"

    def __init__(self, message: str, *, help: str | None = None, after: int = 60) -> None:
        super().__init__(message, help=help)
        self.after = after


class Busy(Refusal):
    """No worker could do it in time; nothing was changed."""

    status = 503
    code = "busy"


class WorkerFailed(Refusal):
    """The worker ran out of time or memory, or ended; nothing was changed."""

    status = 422
    code = "worker"


class Withheld(Refusal):
    """Something the deployment did not switch on."""

    status = 404
    code = "not_available"


def faulty(message: str, help: str | None = None, *, field: str | None = None) -> InputError:
    """One fault in what was sent, at a field of it."""
    from grader.errors import Place

    return InputError([Problem(message, Place(field) if field else None, help)])
