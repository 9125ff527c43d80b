"""The drawings of the design as template tags: hour bars, shares, icons, marks and the brand mark."""

from decimal import Decimal

from django import template

from tasks import charts

register = template.Library()


@register.inclusion_tag("tasks/_blocks.html")
def blocks(bar: charts.Bar, label: str, size: str = "") -> dict[str, object]:
    """The hour bar; `label` is the full sentence that says it, `size` is '', 'tall' or 'thin'."""
    return {"bar": bar, "label": label, "size": size}


@register.inclusion_tag("tasks/_share.html")
def share(amount: Decimal | int, largest: Decimal | int, kind: charts.Kind = "best") -> dict[str, object]:
    """One bar of `.versus`; its amount stands beside it in words."""
    return {"width": charts.share(amount, largest), "kind": kind}


@register.inclusion_tag("tasks/_icon.html")
def icon(name: str, more: str = "") -> dict[str, str]:
    """A file of tasks/icons/; `more` is further classes. The word beside it names it."""
    return {"shapes": f"tasks/icons/{name}.html", "more": more}


@register.inclusion_tag("tasks/_mark.html")
def mark(state: str) -> dict[str, str]:
    """The shape in a `.tag`, a file of tasks/marks/: on, wait, no, done or draft."""
    return {"shapes": f"tasks/marks/{state}.html"}


@register.inclusion_tag("tasks/_brand_mark.html")
def brand_mark() -> dict[str, str]:
    return {}
