"""The words of PEEL, the default of every framework."""

from __future__ import annotations

from typing import Final

from grader.vocabulary.kinds import Basis, KindOfFinding
from grader.vocabulary.scales import Role, Scale, word
from grader.vocabulary.words import Vocabulary

ASSESSMENTS: Final = Scale.of(
    "assessment",
    word("none", "None", Role.NOTHING),
    word(
        "falls_short", "Falls short", Role.SHORTFALL, Role.DEFAULT,
        meaning="does not do it, fails",
        phrase="fall short of what good looks like",
    ),
    word(
        "partly_meets", "Partly meets", Role.SHORTFALL,
        meaning="does it but not consistently; could do more",
        phrase="partly meet what good looks like",
    ),
    word("meets", "Meets", meaning="does it, does it well", phrase="meet what good looks like"),
    word(
        "exceeds", "Exceeds",
        meaning="leads the sector, recognised nationally, innovative with results shown",
        phrase="exceed what good looks like",
    ),
)  # fmt: skip

STATUSES: Final = Scale.of(
    "status",
    word("not_assessed", "Not assessed", Role.NOTHING),
    word("not_demonstrated", "Not demonstrated", Role.DEFAULT),
    word("partly_demonstrated", "Partly demonstrated"),
    word("demonstrated", "Demonstrated", Role.SUCCESS, heading="demon-\nstrated"),
    word("exceeded", "Exceeded", Role.SUCCESS, heading="\nexceeded"),
)

EXTENTS: Final = Scale.of(
    "extent",
    word("isolated", "Isolated", meaning="a small number"),
    word("some", "Some", meaning="sometimes, not always"),
    word("widespread", "Widespread", Role.DEFAULT, meaning="usually, routinely, too often"),
)

HARMS: Final = Scale.of(
    "harm",
    word("none", "None", Role.NOTHING, Role.DEFAULT),
    word("moderate", "Moderate", meaning="a poorer service"),
    word("serious", "Serious", meaning="people are put at risk"),
)

BASES: Final = (
    Basis("case_file_review", "tested", "review of case files", "case files"),
    Basis("data", "tested"),
    Basis("observation", "tested", made=True, looked_for=True),
    Basis("other_inspection", "tested", "another inspection", "other inspection"),
    Basis("document", "described", made=True),
    Basis("interview", "described", looked_for=True),
    # The inspectorate's own method sets its workforce survey aside.
    Basis("survey", None, uncounted="is shown and never counted: a voluntary, non-statistical sample"),
)

FINDINGS: Final = (
    KindOfFinding(
        "area_for_improvement", "Area for improvement", "Areas for improvement", "improvement",
        counts_as="area_for_improvement",
        order=3, none="No area for improvement.", tally="\nAFIs",
        counted=("area for improvement", "areas for improvement"),
        legend="AFIs are areas for improvement, issued or proposed",
    ),
    KindOfFinding(
        "cause_of_concern", "Cause of concern", "Causes of concern", "concern",
        counts_as="open_concern", improving_as="area_for_improvement",
        recommended=True, caps=True, never_withheld=True,
        order=1, none="No cause of concern.", tally="open\nconcerns", listed_as="concern:",
        counted=("open cause of concern", "open causes of concern"),
    ),
    KindOfFinding(
        "innovative_practice", "Innovative practice", "Innovative practice", "practice",
        counts_as="innovative_practice",
        praise=True, order=4, counted=("innovative practice", "innovative practices"),
    ),
    # Issued by inspectors, never by a rule.
    KindOfFinding(
        "area_of_concern", "Area of concern", "Areas of concern", "area_of_concern",
        counts_as="area_of_concern", improving_as="area_for_improvement",
        caps=True, proposed=False,
        order=2, counted=("open area of concern", "open areas of concern"), listed_as="area of concern:",
    ),
)  # fmt: skip

PEEL: Final = Vocabulary("PEEL", ASSESSMENTS, STATUSES, EXTENTS, HARMS, BASES, FINDINGS)
