"""Jobs on moderation."""

from __future__ import annotations

from typing import Any, Final

JOBS: Final[dict[str, Any]] = {}
