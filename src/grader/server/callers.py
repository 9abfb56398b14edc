"""Who asks: a person signed in, their token, somebody invited from the body, or the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks for something.

    Attributes
    ----------
    name : str
        Written beside what they do.
    account_id : int or None
        None of an invitation and of the command line.
    scopes : frozenset of str or None
        What their token is good for; None where signed in, for all they may do.
    only_inspection : int or None
        The one inspection an invitation or token is good for.
    """

    kind: Literal["account", "token", "invitation", "command"]
    name: str
    email: str = ""
    account_id: int | None = None
    admin: bool = False
    invitation_id: int | None = None
    signed_in_id: int | None = None
    scopes: frozenset[str] | None = None
    only_inspection: int | None = None
    csrf: str = ""

    @property
    def who(self) -> str:
        """How the audit log names them."""
        if self.kind == "command":
            return "the command line"
        said = f"{self.name} <{self.email}>" if self.email else self.name
        return said if self.kind == "account" else f"{said} by {self.kind}"


#: What is done by `grader serve --...` on the server's own machine.
COMMAND = Caller(kind="command", name="the command line", admin=True)
