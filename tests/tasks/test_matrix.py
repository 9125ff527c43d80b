"""The matrix: every task is seen, nothing lies on anything else, the same tasks give the same drawing."""

import math
import re
from itertools import combinations
from random import Random

import pytest
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks import matrix
from tasks.bubbles import Box, Bubble, Label
from tasks.durations import HOUR
from tasks.matrix import MOST_DRAWN, ROOMS, Matrix, Point
from tasks.quadrants import Quadrant

FRAME = Box(30, 4, 400, 364)
# The drawing is rounded to a tenth.
ROUNDING = 0.1
NAMES = ["Email", "Record keeping", "Sales", "Social posts", "SEO", "Invoices and reminders to late payers"]


def a_point(
    key: int = 1,
    name: str = "Email",
    loathe: int = 4,
    excel: int = 2,
    hours: float = 5,
    *,
    text: str = "",
    handed_off: bool = False,
    said: str = "",
) -> Point:
    return Point(
        key=key,
        name=name,
        loathe=loathe,
        excel=excel,
        seconds=int(hours * HOUR),
        hours=text or f"{hours:g} h",
        handed_off=handed_off,
        href=f"/routine/{key}/",
        number=key,
        said=said,
    )


def of_the_mockup() -> list[Point]:
    return [
        a_point(1, "Record keeping", 5, 1, 5, said="record keeping"),
        a_point(2, "Email", 4, 2, 7, said="email"),
        a_point(3, "Web site", 3, 1, 4, text="4 h, Tomasz", handed_off=True, said="web site"),
        a_point(4, "Social posts", 4, 4, 2.5, said="social posts"),
        a_point(5, "Plant orders", 2, 3, 2.5, said="plant orders"),
        a_point(6, "Sales", 2, 4, 11.5, said="sales"),
    ]


def on_one_point(count: int, loathe: int, excel: int) -> list[Point]:
    hours = [4, 0.5, 2, 1, 3, 0.25, 1.5, 6, 0, 2.5, 1, 0.75]
    return [a_point(n, NAMES[n % len(NAMES)], loathe, excel, hours[n % len(hours)]) for n in range(count)]


scores = st.integers(1, 5)
names = st.sampled_from(NAMES) | st.text(min_size=1, max_size=80)
week = st.integers(0, 60 * HOUR)


@st.composite
def some_points(draw: st.DrawFn, most: int = 12) -> list[Point]:
    rows = draw(st.lists(st.tuples(names, scores, scores, week, st.booleans()), max_size=most))
    return [
        a_point(n, name, loathe, excel, seconds / HOUR, text="4 h, Tomasz", handed_off=handed_off)
        for n, (name, loathe, excel, seconds, handed_off) in enumerate(rows)
    ]


def labels(drawn: Matrix) -> list[Label]:
    return [bubble.label for bubble in drawn.bubbles if bubble.label]


def distance(one: Bubble, other: Bubble) -> float:
    return math.dist((one.x, one.y), (other.x, other.y))


def inside(box: Box, frame: Box) -> bool:
    return not any(
        past > ROUNDING
        for past in (
            frame.left - box.left,
            frame.top - box.top,
            box.right - frame.right,
            box.bottom - frame.bottom,
        )
    )


def disc(bubble: Bubble) -> Box:
    radius = bubble.radius
    return Box(bubble.x - radius, bubble.y - radius, bubble.x + radius, bubble.y + radius)


def overlap(one: Box, other: Box) -> bool:
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return min(across, down) > ROUNDING


def covers(bubble: Bubble, box: Box) -> bool:
    x, y = min(max(bubble.x, box.left), box.right), min(max(bubble.y, box.top), box.bottom)
    return math.dist((bubble.x, bubble.y), (x, y)) < bubble.radius - ROUNDING


def test_a_lone_bubble_stands_in_the_cell_of_its_scores() -> None:
    for loathe in range(1, 6):
        for excel in range(1, 6):
            (bubble,) = matrix.draw([a_point(loathe=loathe, excel=excel, hours=1)]).bubbles
            assert (excel >= 4) == (bubble.x > 252)
            assert (loathe <= 2) == (bubble.y > 220)
            assert (bubble.x, bubble.y) == pytest.approx(matrix.target(a_point(loathe=loathe, excel=excel)), abs=0.1)


def test_more_excel_is_further_right_and_more_loathed_is_further_up() -> None:
    across = [matrix.target(a_point(excel=excel))[0] for excel in range(1, 6)]
    up = [matrix.target(a_point(loathe=loathe))[1] for loathe in range(1, 6)]
    assert across == sorted(set(across))
    assert up == sorted(set(up), reverse=True)


def test_the_area_of_a_bubble_is_its_hours() -> None:
    five, twenty = matrix.draw([a_point(1, hours=5, excel=1), a_point(2, hours=20, excel=3)]).bubbles[::-1]
    assert twenty.radius == pytest.approx(2 * five.radius, abs=0.1)


def test_the_example_of_the_design_has_both_lines_at_every_bubble() -> None:
    drawn = matrix.draw(of_the_mockup())
    assert [label.words.name for label in labels(drawn)] == [
        "Sales",
        "Email",
        "Record keeping",
        "Web site",
        "Plant orders",
        "Social posts",
    ]
    assert all(label.words.hours for label in labels(drawn))
    assert [bubble.radius for bubble in drawn.bubbles] == [37.3, 29.1, 24.6, 22.0, 17.4, 17.4]
    assert drawn.bubbles[0].label is not None
    assert drawn.bubbles[0].label.inside


def test_a_name_stands_inside_only_where_its_ink_can_be_read() -> None:
    stone = a_point(name="Sales", loathe=2, excel=4, hours=11.5)
    green = a_point(name="Sales", loathe=4, excel=2, hours=11.5)
    hatched = a_point(name="Sales", loathe=2, excel=4, hours=11.5, handed_off=True)
    placed = [labels(matrix.draw([point]))[0].inside for point in (stone, green, hatched)]
    assert placed == [True, False, False]


def test_the_kinds_are_handed_off_before_to_hand_off_first() -> None:
    kinds = {bubble.name: bubble.kind for bubble in matrix.draw(of_the_mockup()).bubbles}
    assert kinds["Web site"] == "out"
    assert kinds["Email"] == "first"
    assert kinds["Sales"] == ""


@settings(deadline=None, max_examples=60)
@given(some_points())
def test_no_bubble_hides_another_and_none_leaves_its_quadrant(points: list[Point]) -> None:
    drawn = matrix.draw(points)
    assert len(drawn.bubbles) == len(points)
    for one, other in combinations(drawn.bubbles, 2):
        assert distance(one, other) >= one.radius + other.radius
    for bubble, point in zip(drawn.bubbles, drawn.points, strict=True):
        assert bubble.name == point.name
        assert inside(disc(bubble), ROOMS[point.quadrant])


@settings(deadline=None, max_examples=60)
@given(some_points())
def test_no_name_lies_on_another_or_on_a_bubble_or_leaves_the_frame(points: list[Point]) -> None:
    drawn = matrix.draw(points)
    for one, other in combinations(labels(drawn), 2):
        assert not overlap(one.box, other.box)
    for bubble in drawn.bubbles:
        for label in labels(drawn):
            assert inside(label.box, FRAME)
            assert not covers(bubble, label.box) or (label is bubble.label and label.inside)


@settings(deadline=None, max_examples=60)
@given(some_points(most=8), st.randoms())
def test_the_same_tasks_in_any_order_give_the_same_drawing(points: list[Point], chance: Random) -> None:
    assert matrix.draw(chance.sample(points, len(points))) == matrix.draw(points)


@pytest.mark.parametrize(("loathe", "excel"), [(5, 1), (3, 3), (3, 5), (1, 1), (2, 4), (1, 5)])
def test_twelve_tasks_on_one_point_are_all_seen_and_named(loathe: int, excel: int) -> None:
    drawn = matrix.draw(on_one_point(12, loathe, excel))
    assert all(distance(*pair) >= pair[0].radius + pair[1].radius for pair in combinations(drawn.bubbles, 2))
    assert all(bubble.label for bubble in drawn.bubbles)


def test_forty_tasks_on_one_point_are_forty_bubbles() -> None:
    drawn = matrix.draw(on_one_point(40, 1, 5))
    assert len({(bubble.x, bubble.y) for bubble in drawn.bubbles}) == 40
    assert all(inside(disc(bubble), ROOMS[Quadrant.KEEP]) for bubble in drawn.bubbles)


def test_of_a_thousand_tasks_those_with_most_hours_are_drawn_and_the_rest_counted() -> None:
    points = [a_point(n, f"Task {n}", n % 5 + 1, n // 5 % 5 + 1, hours=n / 100) for n in range(1000)]
    drawn = matrix.draw(points)
    assert drawn.left_out == 1000 - MOST_DRAWN
    assert {bubble.name for bubble in drawn.bubbles} == {f"Task {n}" for n in range(1000 - MOST_DRAWN, 1000)}


def test_the_description_names_the_tasks_of_each_quadrant() -> None:
    assert matrix.draw(of_the_mockup()).description == (
        "Hand off first: record keeping, email, web site. Teach it: social posts. "
        "Hand off next: plant orders. Keep: sales. The table next to this has every number."
    )
    assert matrix.draw([]).description == "The table next to this has every number."


def test_a_name_too_long_for_the_drawing_is_its_number_in_the_table_and_whole_in_its_title() -> None:
    long = "Answering every single question about delivery and plant care"
    drawn = matrix.draw([a_point(7, name=long), a_point(8)])
    bubble = next(bubble for bubble in drawn.bubbles if bubble.name == long)
    assert bubble.label is not None
    assert bubble.label.words.name == "7"
    assert drawn.numbered == {7}
    assert bubble.title == f"{long}: 5 h, loathe 4, excel 2"


@given(some_points())
@settings(max_examples=60, deadline=None)
def test_no_name_is_cut(points: list[Point]) -> None:
    drawn = matrix.draw(points)
    for bubble in drawn.bubbles:
        assert bubble.label is None or bubble.label.words.name in (bubble.name, str(bubble.number))
        assert bubble.label is None or bubble.label.words.hours in (bubble.hours, "")
        assert bubble.number in drawn.numbered or (bubble.label and bubble.label.words.name == bubble.name)


def test_every_bubble_is_a_link_with_its_whole_story() -> None:
    html = render_to_string("tasks/_matrix.html", {"matrix": matrix.draw(of_the_mockup())})
    links = re.findall(r'<a class="text-decoration-none" href="/routine/(\d)/"><title>([^<]+)</title><circle', html)
    assert links[0] == ("6", "Sales: 11.5 h, loathe 2, excel 4")
    assert len(links) == 6
    assert 'class="bub out"' in html
    assert 'class="lab in"' in html
    assert "only in the table" not in html


def test_links_are_not_hidden_inside_an_image() -> None:
    html = render_to_string("tasks/_matrix.html", {"matrix": matrix.draw(of_the_mockup())})
    assert 'role="img"' not in html
    assert 'role="group" aria-labelledby="mxt" aria-describedby="mxd"' in html


def test_a_name_cannot_leave_the_drawing_and_nothing_needs_inline_style() -> None:
    drawn = matrix.draw([a_point(name="</title><script>")])
    html = render_to_string("tasks/_matrix.html", {"matrix": drawn})
    assert "<script" not in html
    assert "&lt;/title&gt;&lt;script&gt;: 5 h" in html
    assert "style=" not in html


def test_what_is_not_drawn_is_said() -> None:
    drawn = matrix.draw(on_one_point(MOST_DRAWN + 1, 3, 3))
    html = render_to_string("tasks/_matrix.html", {"matrix": drawn})
    assert "1 more, with few hours, is only in the table" in html
