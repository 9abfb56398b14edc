"""Jobs that lay several people's taggings together, and settle them, as `grader reconcile` does."""

from __future__ import annotations

from typing import Any, Final

from grader.model.inspection import Inspection, Sample
from grader.model.settling import Choice
from grader.review.agreed import Placed, agree
from grader.review.reconcile import Reconciled, reconcile
from grader.server.job_files import yaml_of
from grader.server.job_grading import loaded
from grader.server.jobs import Answer
from grader.session import LoadedInspection

Data = dict[str, Any]


def lay(inspection: Data, first: str, taggings: dict[str, dict[str, Data]], draws: int) -> Reconciled:
    """The inspection as first tagged, beside what others made of it.

    Parameters
    ----------
    first : str
        Who tagged it first.
    taggings : dict
        Tags by person and item; items they have not come to are left out.
    """
    base = loaded(inspection)
    others = [_as_tagged(base, tags) for tags in taggings.values()]
    names = [first, *taggings]
    return reconcile([base, *others], names, names=names, draws=draws)


def _as_tagged(base: LoadedInspection, tags: dict[str, Data]) -> LoadedInspection:
    """The inspection with only the items a person tagged, as they tag them."""
    whole = base.inspection
    data = whole.model_dump(mode="json", exclude_defaults=True)
    items = [item for item in data["evidence"] if item["id"] in tags]
    for item in items:
        for name in ("assessment", "basis", "extent", "harm", "remedied", "innovative"):
            item.pop(name, None)
        item |= tags[item["id"]]
    data["evidence"] = items
    share = 1000 * len(items) // max(1, len(whole.evidence))
    sample = Sample(share=max(1, share), seed=0, of=len(whole.evidence))
    data["inspection"]["sample"] = sample.model_dump(mode="json")
    return base.session.load(data)


def lay_together(
    _: list[bytes],
    inspection: Data,
    first: str,
    taggings: dict[str, dict[str, Data]],
    draws: int,
    known_as: str | None = None,
) -> Answer:
    """Where the taggings differ, and which differences matter: `grader.reconciliation/1`."""
    return lay(inspection, first, taggings, draws).answer.model_dump(mode="json", by_alias=True), []


def settle(
    _: list[bytes],
    inspection: Data,
    first: str,
    taggings: dict[str, dict[str, Data]],
    draws: int,
    choices: list[Data],
    rest: str | None,
    by: str,
    on: str,
) -> Answer:
    """The inspection as agreed, read back as any other is.

    `by` and `on` say who settles now what is left as `rest` tagged it, and when.
    """
    laid = lay(inspection, first, taggings, draws)
    placed = [Placed(Choice.model_validate(each), {}) for each in choices]
    found = agree(laid, placed, by=by, on=on, rest=rest)
    # A sample's own head and sources are the whole's.
    agreed = found.inspection
    checked = laid.taggings.loaded.session.load(_data(agreed))
    yaml_of(checked.inspection)
    return {
        "inspection": _data(checked.inspection),
        "items": [disagreement.item for disagreement in laid.answer.disagreements],
        "settled": found.settled,
        "rest": found.rest,
        "notes": found.notes,
    }, []


def _data(inspection: Inspection) -> Data:
    data: Data = inspection.model_dump(mode="json", exclude_defaults=True)
    return data


JOBS: Final[dict[str, Any]] = {"lay_together": lay_together, "settle_taggings": settle}
