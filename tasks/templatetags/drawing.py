"""The drawings of the design as template tags: hour bars, shares, icons, marks and the brand mark."""

from decimal import Decimal
from functools import cache, lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from tasks import charts
from tasks.matrix import Matrix

register = template.Library()


@register.inclusion_tag("tasks/_blocks.html")
def blocks(bar: charts.Bar, label: str, size: str = "") -> dict[str, object]:
    """The hour bar; `label` is the full sentence that says it, `size` is '', 'tall' or 'thin'."""
    return {"bar": bar, "label": label, "size": size}


@register.inclusion_tag("tasks/_share.html")
def share(amount: Decimal | int, largest: Decimal | int, kind: charts.Kind = "best") -> dict[str, object]:
    """One bar of `.versus`; its amount stands beside it in words."""
    return {"width": charts.share(amount, largest), "kind": kind}


@register.simple_tag
@lru_cache(maxsize=200)
def matrix(drawn: Matrix) -> SafeString:
    """The loathe and excel matrix, as tasks/matrix.py laid it out; kept, as that is."""
    return render_to_string("tasks/_matrix.html", {"matrix": drawn})


@register.simple_tag
def icon(name: str, more: str = "") -> SafeString:
    """A file of tasks/icons/; `more` is further classes. The word beside it names it."""
    return _drawn("tasks/_icon.html", shapes=f"tasks/icons/{name}.html", more=more)


@register.simple_tag
def mark(state: str) -> SafeString:
    """The shape in a `.tag`, a file of tasks/marks/: on, wait, no, done or draft."""
    return _drawn("tasks/_mark.html", shapes=f"tasks/marks/{state}.html")


@register.simple_tag
def brand_mark() -> SafeString:
    return _drawn("tasks/_brand_mark.html")


@cache
def _drawn(template: str, **values: str) -> SafeString:
    """What never changes is rendered once a process; a page may hold forty icons."""
    return render_to_string(template, values)
