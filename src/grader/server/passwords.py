"""Passwords: argon2 by pwdlib, the same work whether there is such an account or not."""

from __future__ import annotations

import threading
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from grader.server.handed_out import new_secret
from grader.server.refusals import faulty
from grader.server.settings import Passwords

#: Longer ones would only make work.
_LONGEST = 1024
#: Checked at once: each takes the memory that makes guessing dear, and a crowd would take all there is.
_AT_ONCE: Final = 4
#: What everybody tries first; a password needs nothing but length beyond that.
_COMMON = ("password", "passwort", "123456789", "qwertyuiop", "letmein", "welcome", "grader")


class PasswordCheck:
    """Hashes passwords and checks them."""

    def __init__(self, settings: Passwords) -> None:
        self.settings = settings
        self._free = threading.BoundedSemaphore(_AT_ONCE)
        self.hasher = PasswordHash(
            [
                Argon2Hasher(
                    time_cost=settings.time_cost,
                    memory_cost=settings.memory_cost,
                    parallelism=settings.parallelism,
                )
            ]
        )
        self._nobody = self.hasher.hash(new_secret())

    def hash(self, password: str) -> str:
        """The hash to keep of a new password; raises InputError if too short or too common."""
        plain = password.casefold()
        if len(password) < self.settings.shortest:
            raise faulty(
                f"the password has fewer than {self.settings.shortest} characters",
                "three or four words make a good one",
                field="password",
            )
        if len(password) > _LONGEST:
            raise faulty(f"the password has more than {_LONGEST:,} characters", None, field="password")
        if len(set(plain)) < 5 or any(
            plain.replace(word, "").strip("0123456789!.") == "" for word in _COMMON
        ):
            raise faulty(
                "the password is one that is tried first",
                "three or four words make a good one",
                field="password",
            )
        with self._free:
            return self.hasher.hash(password)

    def is_right(self, password: str, kept: str | None) -> tuple[bool, str | None]:
        """Whether it is the password kept, and a new hash if the kept one has cheaper settings.

        Where none is kept the same work is done.
        """
        if len(password) > _LONGEST:
            password = password[:_LONGEST] + "\0"
        with self._free:
            right, renewed = self.hasher.verify_and_update(password, kept or self._nobody)
        return (right, renewed) if kept is not None else (False, None)
