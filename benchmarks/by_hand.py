"""The shipped rules for one edition as a Polars query written by hand: the limit the columns are held to.

The same rows in and the same columns out as `grader.bulk.conclude.areas`, with nothing general about it.
Two forms: every fact summed where the rows are grouped, or laid out as columns first.
"""

from __future__ import annotations

import polars as pl

from grader.bulk.conclude_areas import with_deciding
from grader.bulk.plan import Plan
from grader.language.pipeline import FINDINGS_ON_CHARACTERISTICS


class ByHand:
    """The query over the rows of one edition."""

    def __init__(self, plan: Plan, *, laid_out: bool) -> None:
        self.plan = plan
        self.laid_out = laid_out
        self.recording = plan.area_numbers["recording"]
        self.n = _constants(plan)

    def query(self, inspections: pl.LazyFrame, evidence: pl.LazyFrame) -> pl.LazyFrame:
        """A row for each inspection and area."""
        below = self._status(self._grouped(self._informing(self._assessed(evidence))))
        return self._areas(inspections, below)

    def _assessed(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """A figure supplies the assessment where the inspector gave none."""
        c, said = pl.col, pl.lit(0)
        for name, number in self.plan.measures.items():
            start = "searches" if name.startswith("searches") else "crime_recording"
            partly, meets, exceeds = (self.n[f"{start}_{word}"] for word in ("partly", "meets", "exceeds"))
            rank = pl.when(c("figure") >= exceeds).then(4).when(c("figure") >= meets).then(3)
            rank = rank.when(c("figure") >= partly).then(2).otherwise(1)
            said = pl.when(c("measure") == number).then(rank).otherwise(said)
        own = c("assessment")
        return rows.with_columns(
            assessment=pl.when(own > 0).then(own).otherwise(said).cast(pl.Int8), direct=pl.lit(1, pl.Int8)
        )

    def _informing(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Rows of an ungraded area count on what they inform too, once an item."""
        pairs = pl.LazyFrame(self.plan.informs, schema={"place": pl.Int32, "target": pl.Int32}, orient="row")
        more = rows.join(pairs, on="place").with_columns(place="target", direct=pl.lit(0, pl.Int8))
        more = more.select(rows.collect_schema().names()).unique(["number", "item", "place"])
        targets = rows.filter(pl.col("place").is_in(sorted({t for _, t in self.plan.informs})))
        more = more.join(targets, on=["number", "item", "place"], how="anti")
        return pl.concat([rows, more])

    def _grouped(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        c = pl.col
        tested, short, lasting = c("strength") == 1, c("assessment") <= 2, c("remedied") == 0
        full = (c("extent") >= 1) & lasting
        failing, serious = c("assessment") == 1, c("harm") == 2
        counts = {
            "tested": tested,
            "short": tested & short,
            "full": tested & short & full,
            "told_short": ~tested & short,
            "told_full": ~tested & short & full,
            "unmended": short & lasting,
            "harmful": tested & short & (c("harm") >= 1) & lasting,
            "serious": tested & short & serious & full,
            "grave": tested & failing & serious & (c("extent") == 2) & lasting,
            "sound": tested & (c("assessment") >= 3),
            "failing": tested & failing & full,
            "innovations": (c("assessment") >= 3) & (c("innovative") == 1),
            "own": c("direct") == 1,
        }
        best = {
            "best": pl.when(tested).then(c("assessment")).otherwise(0),
            "told_best": pl.when(~tested).then(c("assessment")).otherwise(0),
        }
        key = (c("number") * self.plan.span + c("place")).alias("key")
        if self.laid_out:
            named = [e.alias(n) for n, e in (counts | best).items()]
            sums = [c(n).sum() for n in counts] + [c(n).max() for n in best]
            return rows.select(key, *named).group_by("key").agg(*sums)
        sums = [e.sum().alias(n) for n, e in counts.items()] + [e.max().alias(n) for n, e in best.items()]
        return rows.group_by(key).agg(*sums)

    def _status(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        c = pl.col
        none_tested = c("tested") == 0
        reached = pl.when(c("best") >= 4).then(4)
        reached = reached.when((c("best") >= 3) | (none_tested & (c("told_best") >= 3))).then(3)
        reached = reached.when((c("best") >= 2) | (none_tested & (c("told_best") >= 2))).then(2).otherwise(1)
        unanswered = c("best") <= 2
        limit = pl.when((c("full") >= 1) | ((c("told_full") >= 1) & unanswered)).then(2)
        limit = limit.when((c("short") >= 1) | ((c("told_short") >= 1) & unanswered)).then(3).otherwise(9)
        place = c("key") % self.plan.span
        frame = frame.with_columns(
            status=pl.min_horizontal(reached, limit),
            place=place,
            area=(c("key") // self.plan.span) * len(self.plan.areas) + place // self.plan.width,
            counted=~place.is_in(self.plan.uncounted),
        )
        improvement = ((c("status") <= 2) & (c("unmended") >= 1)) | (c("harmful") >= 1)
        return frame.with_columns(
            improvement=c("counted") & improvement, practice=c("counted") & (c("innovations") >= 1)
        )

    def _areas(self, inspections: pl.LazyFrame, below: pl.LazyFrame) -> pl.LazyFrame:
        c = pl.col
        counted = c("counted")
        sums = {
            "assessed": counted & (c("status") >= 1),
            "partly": counted & (c("status") >= 2),
            "demonstrated": counted & (c("status") >= 3),
            "exceeded": counted & (c("status") >= 4),
            "covered": counted & (c("own") >= 1),
            "risky": counted & (c("serious") >= 1),
            "grave": counted & (c("grave") >= 1),
            "contradictions": counted & (c("sound") >= 1) & (c("failing") >= 1),
            "improvements": c("improvement"),
            "practices": c("practice"),
        }
        rate = c("place") == self.plan.characteristic_index["recording.1a"]
        headline = pl.when(rate).then(c("status")).otherwise(0).max().alias("headline")
        failing = (rate & (c("failing") >= 1)).cast(pl.Int8).max().alias("rate_failing")
        grouped = below.group_by("area").agg(*[e.sum().alias(n) for n, e in sums.items()], headline, failing)
        known = pl.LazyFrame(
            [
                (n, int(a.editions[self.plan.edition].graded), self.plan.listed[n])
                for n, a in enumerate(self.plan.areas)
            ],
            schema=["at", "graded", "listed"],
            orient="row",
        )
        grid = inspections.join(known, how="cross").with_columns(
            area=c("number") * len(self.plan.areas) + c("at")
        )
        frame = grid.join(grouped, on="area", how="left").with_columns(
            pl.col(*sums, "headline", "rate_failing").fill_null(0).cast(pl.Int32)
        )
        frame = frame.with_columns(
            demonstrated_share=_share("demonstrated", "assessed"),
            exceeded_share=_share("exceeded", "listed"),
            breadth=_share("demonstrated", "listed"),
            coverage=_share("covered", "listed"),
            systemic=(c("grave") >= self.n["systemic"]).cast(pl.Int32),
        )
        return self._graded(frame)

    def _graded(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        c, n = pl.col, self.n
        recording = c("at") == self.recording
        most = c("demonstrated_share") >= n["most"]
        broad = c("breadth") >= n["breadth"]
        rules = {
            "outstanding.substantially-exceeded": ~recording
            & (c("exceeded_share") > n["exceeded"])
            & broad
            & (c("demonstrated_share") >= n["all"])
            & (c("risky") == 0),
            "recording.outstanding": recording & (c("headline") >= 4) & broad & most,
            "good.substantially-all": ~recording & (c("demonstrated_share") >= n["all"]),
            "recording.good": recording & (c("headline") >= 3) & most,
            "adequate.some": ~recording & (c("demonstrated_share") >= n["some"]),
            "recording.adequate": recording & (c("headline") >= 2),
        }
        ranks = dict(zip(rules, (4, 4, 3, 3, 2, 2), strict=True))
        reached = pl.lit(1)
        for rule in reversed(rules):
            reached = pl.when(rules[rule]).then(ranks[rule]).otherwise(reached)
        opened = c("systemic") >= 1
        inadequate = opened | (c("rate_failing") >= 1)
        thin = {
            "recording.no-rate": recording & (c("headline") == 0),
            "thin": c("coverage") < n["coverage"],
        }
        withheld = pl.any_horizontal(*thin.values(), c("assessed") == 0) & ~opened
        outcome = pl.when(c("graded") == 0).then(1).when(withheld).then(2).otherwise(3)
        frame = frame.with_columns(outcome=outcome, reached=reached, opened=opened, inadequate=inadequate)
        graded = c("outcome") == 3
        deciding = {
            "inadequate.open-concern": graded & c("opened"),
            "recording.inadequate": graded & (c("rate_failing") >= 1),
        }
        deciding |= {
            r: graded & ~c("inadequate") & held & (c("reached") == ranks[r]) for r, held in rules.items()
        }
        deciding |= {r: (c("outcome") == 2) & held for r, held in thin.items()}
        said = [pl.when(deciding[r]).then(pl.lit("\n" + r)).otherwise(pl.lit("")) for r in sorted(deciding)]
        return frame.select(
            "number",
            area="at",
            outcome="outcome",
            rank=pl.when(graded).then(pl.when(c("inadequate")).then(0).otherwise(c("reached"))).otherwise(-1),
            deciding=pl.concat_str(said).str.slice(1),
            assessed="assessed",
            partly="partly",
            demonstrated="demonstrated",
            exceeded="exceeded",
            demonstrated_share="demonstrated_share",
            exceeded_share="exceeded_share",
            risky_characteristics="risky",
            headline="headline",
            open_concerns="systemic",
            areas_for_improvement="improvements",
            listed="listed",
            coverage="coverage",
            contradictions="contradictions",
            breadth="breadth",
            covered="covered",
            rate_failing="rate_failing",
            grave_characteristics="grave",
            practices="practices",
        )


def _share(part: str, whole: str) -> pl.Expr:
    p, w = pl.col(part).cast(pl.Int64), pl.col(whole).cast(pl.Int64)
    return pl.when(w > 0).then(1000 * p // w).otherwise(0)


def _constants(plan: Plan) -> dict[str, int]:
    """The parameters' values, by what they stand for in this query."""
    named = {
        "all": "substantially_all",
        "exceeded": "substantially_exceeded",
        "some": "some",
        "most": "recording_most",
        "coverage": "minimum_coverage",
        "breadth": "outstanding_breadth",
        "systemic": "systemic_characteristics",
    }
    found = {short: plan.book.parameters[name].default for short, name in named.items()}
    return {**{name: p.default for name, p in plan.book.parameters.items()}, **found}


def same(plan: Plan, columns: pl.DataFrame, by_hand: pl.DataFrame) -> bool:
    """Whether both came to the same in every column they share."""
    named = {column: name for name, column in plan.area_columns.items()}
    practice = [
        f"r{n}"
        for n, rule in enumerate(plan.rules(FINDINGS_ON_CHARACTERISTICS))
        if rule.id == "practice.innovative"
    ]
    columns = with_deciding(plan, columns).with_columns(pl.col("deciding").list.join("\n"))
    ours = columns.rename({**named, practice[0]: "practices"}).sort("number", "area")
    theirs = by_hand.sort("number", "area")
    return all(ours[name].cast(theirs[name].dtype).equals(theirs[name]) for name in theirs.columns)
