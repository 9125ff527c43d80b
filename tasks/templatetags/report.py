"""
What fills the report of a range: rows, paths and sums, drawn by hand, for ten years are a hundred rows.

static/js/report.js fills it with the very same when the range is changed; a test compares the two letter by letter.
"""

from __future__ import annotations

from babel.numbers import get_currency_precision
from django import template
from django.utils.html import format_html_join, json_script
from django.utils.safestring import SafeString

from tasks import charts, columns, durations, formats, reports
from tasks.reports import Log, Report, Row, Stretch, for_script

register = template.Library()

TASK = '<tr><th scope="row" class="text-break">{}<br><small class="softer">{}</small></th>{}</tr>'
GROUP = '<tr><th scope="row">{}</th>{}</tr>'
CELL = '<td class="r num">'
BETWEEN = f"</td>{CELL}"
BASE = ' class="base"'
PER = {"week": "Week from", "month": "Month", "year": "Year"}
NOTES = {
    "week": "Times are added up to the second and shown to the minute.",
    "month": "Times are added up to the second and shown to the minute. A week counts in the month of its Thursday.",
    "year": "Times are added up to the second and shown to the minute. A week counts in the year of its Thursday.",
}


class Pen:
    """Writes amounts in one currency as `money.exact` does, which takes a hundred times as long."""

    def __init__(self, currency: str) -> None:
        self.prefix, self.digits = reports.prefix(currency), get_currency_precision(currency)
        self.unit = 10**self.digits
        self.formats = formats.current()

    def money(self, units: int | None) -> str:
        """$1,234.50, of smallest units; best work has none."""
        if units is None:
            return "–"
        whole, rest = divmod(units, self.unit)
        cents = f".{rest:0{self.digits}}" if self.digits else ""
        return self.prefix + self.formats.number(f"{whole:,}{cents}")


@register.simple_tag
def report_data(log: Log) -> SafeString:
    """The whole log for the script, as data: what a task took stands by itself, digits that nobody has to escape."""
    seconds = [f'<script type="application/json" data-seconds>{track.packed}</script>' for track in log.tracks]
    return json_script(for_script(log), "report-log") + SafeString("".join(seconds))


@register.inclusion_tag("reports/_report.html")
def report(report: Report, *, is_asked: bool) -> dict[str, object]:
    """Figures, chart and three tables of a range; not `is_asked` is one that only stands there for the script."""
    pen = Pen(report.currency)
    scale = columns.scale(max(stretch.seconds for stretch in report.stretches))
    stretches = report.stretches
    return {
        "report": report,
        "is_asked": is_asked,
        "said": _said(report),
        "per": PER[report.unit],
        "note": NOTES[report.unit],
        "lines": SafeString(_lines(scale)),
        "width": len(stretches) * columns.WIDTH,
        "best": columns.path([(0, each.best) for each in stretches], scale.top),
        "routine": columns.path([(each.best, each.routine) for each in stretches], scale.top),
        "labels": SafeString(_labels([each.period.short for each in stretches])),
        "periods": SafeString("".join([_stretch(each, pen) for each in stretches])),
        "tasks": format_html_join(
            "", TASK, ((row.name, _beside(row), _sums(row, report, pen)) for row in report.tasks)
        ),
        "groups": format_html_join("", GROUP, ((row.name, _sums(row, report, pen)) for row in report.groups)),
        "sums": {name: SafeString(time(getattr(report, name))) for name in ("seconds", "best", "routine")},
        "worth": pen.money(report.worth),
        "days": covered(*report.coverage),
    }


def time(seconds: int) -> str:
    """1:30, with the seconds for those who add it up."""
    return f'<time datetime="PT{seconds}S">{durations.clock(seconds)}</time>'


def share(part: int, whole: int) -> str:
    """In whole percent, half up."""
    percent = (200 * part + whole) // (2 * whole)
    return f"{percent}&nbsp;%" if percent else "&lt;1&nbsp;%"


def covered(logged: int, workdays: int) -> str:
    """4 of 5"""
    return f"{logged} of {workdays}" if workdays else "–"


def _said(report: Report) -> str:
    """The chart as a sentence."""
    best, routine = durations.words(report.best), durations.words(report.routine)
    return f"Hours by {report.unit}, {report.span}: {best} of best work and {routine} of routine in all."


def _lines(scale: columns.Scale) -> str:
    """From the ground up, each with its hours; the columns stand between 5 and 90 percent of the drawing."""
    parts = []
    for line in range(scale.lines + 1):
        y = charts.share(90 * scale.lines - 85 * line, 100 * scale.lines)
        parts.append(
            f'<line{"" if line else BASE} x2="100%" y1="{y}" y2="{y}"></line>'
            f'<text x="-8" y="{y}" dy=".35em" text-anchor="end">{scale.step * line} h</text>'
        )
    return "".join(parts)


def _labels(labels: list[str]) -> str:
    return "".join(
        f'<text x="{charts.share(at, len(labels))}" y="100%">{label}</text>' for at, label in columns.labelled(labels)
    )


def _stretch(stretch: Stretch, pen: Pen) -> str:
    """Nothing in it has to be escaped."""
    period, best, routine, worth, logged, workdays = stretch
    cells = _cells(time(best), time(routine), time(best + routine), pen.money(worth), covered(logged, workdays))
    return f'<tr><th scope="row" class="nowrap">{period.label}</th>{cells}</tr>'


def _sums(row: Row, report: Report, pen: Pen) -> SafeString:
    return SafeString(_cells(time(row.seconds), share(row.seconds, report.seconds), pen.money(row.worth)))


def _cells(*values: str) -> str:
    return CELL + BETWEEN.join(values) + "</td>"


def _beside(row: Row) -> str:
    return f"{row.group}, retired" if row.is_retired else row.group
