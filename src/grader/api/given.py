"""What the functions are given."""

from __future__ import annotations

from collections.abc import Mapping

from grader.io.given import Given
from grader.session import LoadedInspection

SettingValues = Mapping[str, str | int]
Gradable = Given | LoadedInspection
