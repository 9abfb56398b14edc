"""`grader rule`, `parameters`, `characteristic` and `area`: what there is to know, under any name it has."""

import jsonschema
import pytest

import grader
from grader.cli.app import run
from grader.errors import UnknownNameError


def said(about: grader.About) -> dict[str, str]:
    return {line.label: line.text for line in about.entries[0].said}


@pytest.mark.parametrize("name", ["responding.2c", "RESP-2c", "resp.2C", "Responding.2c"])
def test_a_characteristic_goes_by_every_name_it_is_printed_under(name):
    assert "responding.2c" == grader.about_characteristic(name).entries[0].id


def test_a_characteristic_says_where_it_comes_from_and_what_informs_it():
    told = said(grader.about_characteristic("RESP-2c"))
    assert "victims.1b" == told["informed by"]
    assert told["provenance"].startswith("report: Generalised from one published report")
    assert "Leicestershire" in told["source"]


@pytest.mark.parametrize("name", ["CDI", "recording crime", "Recording data about crime", "recor"])
def test_an_area_goes_by_its_names_and_by_a_beginning_only_it_has(name):
    assert "recording" == grader.about_area(name).entries[0].id


def test_a_beginning_of_several_names_them():
    with pytest.raises(UnknownNameError, match="several areas are meant by 'str'") as raised:
        grader.about_area("str")
    assert "name one of strategic_policing, strategy" == raised.value.help


def test_too_short_a_beginning_is_none():
    with pytest.raises(UnknownNameError, match="unknown area 're'"):
        grader.about_area("re")


def test_an_unknown_name_is_given_its_nearest():
    with pytest.raises(UnknownNameError) as raised:
        grader.about_area("respodning")
    assert "did you mean 'responding'?" == raised.value.help


@pytest.mark.parametrize("rule", [r.id for r in grader.open_session().book.rules])
def test_every_rule_can_be_told(rule):
    told = said(grader.about_rule(rule))
    assert {"layer", "does", "when", "source"} <= told.keys()


def test_every_parameter_says_its_value_its_basis_and_why():
    book = grader.open_session().book
    about = grader.about_parameters()
    assert [*book.parameters] == [entry.id for entry in about.entries]
    for entry in about.entries:
        assert {"value", "basis", "used by", "why", "source"} == {line.label for line in entry.said}


def test_what_is_told_holds_to_its_schema():
    schema = grader.schema("about")
    for about in (grader.about_rule("good.sub"), grader.about_area("VIC"), grader.about_parameters()):
        jsonschema.validate(about.model_dump(mode="json", by_alias=True), schema)


def test_the_commands_print_and_refuse(capsys):
    assert 0 == run(["characteristic", "RESP-2c"])
    assert "Identifies repeat callers" in capsys.readouterr().out
    assert 0 == run(["rule", "good.substantially-all"])
    assert 0 == run(["parameters"])
    assert 0 == run(["area", "recording crime", "--json"])
    assert 2 == run(["rule", "nosuch"])
