"""An inspection as the text of its YAML file, always the same."""

from __future__ import annotations

from typing import Any

import yaml

from grader.errors import InternalError
from grader.io.inspection_draft import draft_of
from grader.io.scalars import shown_name
from grader.io.yaml_source import parse_document
from grader.model.inspection import Inspection

_WIDTH = 110


class _Dumper(yaml.SafeDumper):
    """Writes values out each time they occur: the reader takes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def inspection_text(inspection: Inspection, origin: str) -> str:
    """An inspection's YAML without defaults; `origin`, its file, goes into the comment at the top."""
    data = inspection.model_dump(mode="json", exclude_defaults=True)
    parts = [f"# Imported from {shown_name(origin)}.\n"]
    for key, block in data.items():
        text = yaml.dump(
            {key: block},
            Dumper=_Dumper,
            sort_keys=False,
            allow_unicode=True,
            width=_WIDTH,
            default_flow_style=None,
        )
        parts.append(text)
    text = "\n".join(parts)
    # What cannot be read again is never written.
    if draft_of(parse_document(text.encode("utf-8"), origin)).inspection != inspection:
        raise InternalError(
            "the inspection would not be read as it was imported", help="report this as a fault"
        )
    return text
