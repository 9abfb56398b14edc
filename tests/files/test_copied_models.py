"""A copy that says otherwise holds nothing that was worked out of what it was copied from."""

from __future__ import annotations

from grader.io.catalogue import framework


def test_a_copy_of_a_framework_gives_its_own_areas() -> None:
    whole = framework("EXAMPLE_CARE_HOMES").framework
    first = whole.areas[0]
    assert first is whole.area(first.id)
    renamed = first.model_copy(update={"title": "Another title"})
    copied = whole.model_copy(update={"areas": [renamed, *whole.areas[1:]]})
    assert "Another title" == copied.area(first.id).title


def test_a_copy_of_an_area_gives_its_own_characteristics() -> None:
    area = framework("EXAMPLE_CARE_HOMES").framework.areas[0]
    count = len(area.characteristics)
    assert count > len(area.model_copy(update={"topics": area.topics[1:]}).characteristics)
