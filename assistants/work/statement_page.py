"""A month's statement as the owner and the assistant both see it: what its page shows, and the same as a file."""

from __future__ import annotations

import csv
from typing import Any

from django.http import HttpResponse

from . import statements
from .statements import Statement


def spreadsheet(statement: Statement) -> HttpResponse:
    """The same bytes for the owner and the assistant."""
    # With the mark at the start Excel reads UTF-8, without it "Gärten" comes out as "GÃ¤rten".
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="statement-{statement.month}.csv"'
    csv.writer(response).writerows(statements.table(statement))
    return response


def shown(statement: Statement) -> dict[str, Any]:
    """What templates/_statement.html asks for."""
    return {
        "statement": statement,
        "rows": [(line, statements.state(line)) for line in statement.lines],
        "person": statement.person,
        "owner": statement.person.owner,
    }
