"""The hour bar and the shares, as numbers and as they are drawn."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.template import Context, Template, TemplateDoesNotExist
from hypothesis import given
from hypothesis import strategies as st

from tasks import charts
from tasks.charts import Bar, Piece, Segment
from tasks.durations import HOUR, MINUTE

ICONS = Path(__file__).parents[2] / "templates" / "tasks" / "icons"
STATES = {"on", "wait", "no", "done", "draft"}
DAY = 8 * HOUR

a_segment = st.builds(Segment, st.sampled_from(["best", "routine", "help", "maybe"]), st.integers(0, 12 * HOUR))
a_bar = st.builds(Bar, st.lists(a_segment, max_size=4).map(tuple), st.integers(0, 45 * HOUR))


def drawn(source: str, **values: object) -> str:
    return Template("{% load drawing %}" + source).render(Context(values)).strip()


def edges(piece: Piece) -> tuple[Decimal, Decimal]:
    start, width = (Decimal(percent.removesuffix("%")) for percent in (piece.x, piece.width))
    return start, start + width


def test_segments_stand_side_by_side_on_the_work_day() -> None:
    bar = Bar((Segment("best", 150 * MINUTE), Segment("routine", 220 * MINUTE)), DAY)
    assert bar.pieces == [Piece("best", "0.00%", "31.25%"), Piece("routine", "31.25%", "45.83%")]


def test_lines_cut_the_bar_between_segments_and_at_each_hour() -> None:
    bar = Bar((Segment("best", 90 * MINUTE), Segment("routine", 30 * MINUTE)), 4 * HOUR)
    assert bar.gaps == ["37.50%", "25.00%", "50.00%", "75.00%"]


def test_a_week_is_cut_between_segments_only() -> None:
    bar = Bar((Segment("best", 12 * HOUR), Segment("routine", 29 * HOUR), Segment("help", 4 * HOUR)), 45 * HOUR)
    assert bar.gaps == ["26.67%", "91.11%"]


def test_past_the_work_day_the_scale_is_what_is_logged_and_the_rest_is_over() -> None:
    bar = Bar((Segment("best", 2 * HOUR), Segment("routine", 8 * HOUR)), DAY)
    assert bar.scale == 10 * HOUR
    assert bar.pieces == [
        Piece("best", "0.00%", "20.00%"),
        Piece("routine", "20.00%", "60.00%"),
        Piece("over", "80.00%", "20.00%"),
    ]
    assert bar.gaps[:2] == ["20.00%", "80.00%"]


def test_a_segment_wholly_past_the_work_day_is_only_over() -> None:
    bar = Bar((Segment("routine", DAY), Segment("help", 2 * HOUR)), DAY)
    assert [piece.kind for piece in bar.pieces] == ["routine", "over"]


def test_nothing_logged_draws_nothing_but_the_hours() -> None:
    bar = Bar((Segment("best", 0), Segment("routine", 0)), 2 * HOUR)
    assert (bar.pieces, bar.gaps) == ([], ["50.00%"])


def test_a_day_off_without_hours_is_an_empty_bar() -> None:
    bar = Bar((), 0)
    assert (bar.pieces, bar.gaps) == ([], [])


def test_hours_on_a_day_off_are_all_over() -> None:
    assert Bar((Segment("routine", HOUR),), 0).pieces == [Piece("over", "0.00%", "100.00%")]


@given(a_bar)
def test_pieces_touch_and_stay_within_the_bar(bar: Bar) -> None:
    end = Decimal(0)
    for piece in bar.pieces:
        start, next_end = edges(piece)
        assert start == end
        end = next_end
    assert end <= 100
    assert end == 100 or bar.total < bar.whole or not bar.scale


@given(a_bar)
def test_lines_are_inside_the_bar_and_drawn_once(bar: Bar) -> None:
    assert len(set(bar.gaps)) == len(bar.gaps)
    assert all(0 <= Decimal(gap.removesuffix("%")) <= 100 for gap in bar.gaps)


@pytest.mark.parametrize(
    ("amount", "largest", "width"),
    [
        (400, 400, "100.00%"),
        (90, 400, "22.50%"),
        (Decimal("72.00"), Decimal(400), "18.00%"),
        (1, 3, "33.33%"),
        (2, 3, "66.67%"),
        (500, 400, "100.00%"),
        (0, 400, "0.00%"),
        (-20, 400, "0.00%"),
        (0, 0, "0.00%"),
        (5, 0, "0.00%"),
    ],
)
def test_an_amount_is_drawn_on_the_scale_of_the_largest(amount: Decimal, largest: int, width: str) -> None:
    assert charts.share(amount, largest) == width


def test_the_bar_is_drawn_with_its_sentence() -> None:
    bar = Bar((Segment("best", HOUR), Segment("help", HOUR)), 2 * HOUR)
    assert drawn('{% blocks bar label="Half and half" size="thin" %}', bar=bar) == (
        '<svg class="blocks thin" role="img" aria-label="Half and half">'
        '<rect class="f-best" x="0.00%" width="50.00%" height="100%"/>'
        '<rect class="f-help" x="50.00%" width="50.00%" height="100%"/>'
        '<line class="gap" x1="50.00%" x2="50.00%" y1="0" y2="100%"/></svg>'
    )


def test_a_name_in_the_sentence_cannot_leave_it() -> None:
    html = drawn("{% blocks bar label=label %}", bar=Bar((), DAY), label='2 h "><script>')
    assert 'aria-label="2 h &quot;&gt;&lt;script&gt;"' in html
    assert 'class="blocks"' in html


def test_a_share_is_drawn_in_its_colour() -> None:
    html = drawn('{% share 90 400 "routine" %}')
    assert '<svg aria-hidden="true" focusable="false">' in html
    assert '<rect class="f-routine" width="22.50%" height="100%"/>' in html


@pytest.mark.parametrize("file", sorted(ICONS.iterdir()), ids=lambda file: file.stem)
def test_every_icon_is_drawn_and_hidden_from_screen_readers(file: Path) -> None:
    html = drawn("{% icon name %}", name=file.stem)
    assert html.startswith('<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false"><')
    assert file.read_text().strip() in html


def test_an_icon_takes_more_classes() -> None:
    assert drawn('{% icon "plus" "fs-5" %}').startswith('<svg class="icon fs-5" viewBox="0 0 20 20"')


@pytest.mark.parametrize("state", sorted(STATES))
def test_every_state_has_a_mark_of_its_own(state: str) -> None:
    html = drawn("{% mark state %}", state=state)
    assert re.match(r'<svg viewBox="0 0 10 10" aria-hidden="true" focusable="false"><\w+', html)
    assert html not in {drawn("{% mark state %}", state=other) for other in STATES - {state}}


def test_an_icon_that_is_not_there_is_an_error() -> None:
    with pytest.raises(TemplateDoesNotExist):
        drawn('{% icon "no-such-icon" %}')


def test_the_brand_mark_is_drawn() -> None:
    assert 'class="m2"' in drawn("{% brand_mark %}")
