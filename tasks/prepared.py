"""
Queries that are compiled once a process, for the pages that ask ten of them.

Django writes the SQL of a queryset anew each time, which takes four to ten times as long as a database
takes to answer it. Here the query is written with the ORM as ever, with `given("name")` where a value
belongs, and compiled at its first use; from then on only the values change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Expression, Field, IntegerField, Model, QuerySet
from django.db.models.expressions import Col
from django.db.models.sql.compiler import SQLCompiler

Converter = Callable[[Any, Any, Any], Any]


class Given(Expression):
    """The place of a value that comes with each call."""

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", [self]

    def value(self, values: dict[str, Any]) -> Any:
        value = values[self.name]
        if value is None:
            raise ValueError(f"{self.name} is None, for which SQL has other words than for a value")
        return self.output_field.get_db_prep_value(value, connection, prepared=False)


def given(name: str, kind: Field[Any, Any] | None = None) -> Any:
    """It stands where a value of that kind would; a whole number or a key unless said otherwise."""
    return Given(name, kind or IntegerField())


class Statement(NamedTuple):
    """What a database gets, and how what it answers becomes Python, by column."""

    sql: str
    params: list[Any]
    columns: list[tuple[int, Expression, list[Converter]]]
    model: type[Model]
    names: list[str]


class Prepared:
    """
    A query of plain columns: no prefetching, no related objects, nothing whose SQL hangs on its values.

    `build` makes the queryset, at the first use with each kind of database: models are loaded by then.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Any]]) -> None:
        self.build = build
        self.statements: dict[str, Statement] = {}

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """What `values_list` would give. One query."""
        return self._answer(self._statement(), values)

    def flat(self, **values: Any) -> list[Any]:
        """The first column of each row. One query."""
        return [row[0] for row in self.rows(**values)]

    def objects(self, **values: Any) -> list[Any]:
        """The model's own objects. One query."""
        statement = self._statement()
        rows = self._answer(statement, values)
        return [statement.model.from_db(DEFAULT_DB_ALIAS, statement.names, row) for row in rows]

    def _statement(self) -> Statement:
        found = self.statements.get(connection.vendor)
        if found is None:
            found = self.statements[connection.vendor] = _compiled(self.build())
        return found

    @staticmethod
    def _answer(statement: Statement, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        params = [each.value(values) if isinstance(each, Given) else each for each in statement.params]
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, params)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return [_converted(row, statement) for row in rows] if statement.columns else rows


def _compiled(queryset: QuerySet[Any, Any]) -> Statement:
    compiler = queryset.query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    selected = [column for column, _, _ in compiler.select]
    converters = compiler.get_converters(selected)
    columns = [(at, expression, found) for at, (found, expression) in converters.items()]
    names = [column.target.attname for column in selected if isinstance(column, Col)]
    return Statement(sql, list(params), columns, queryset.model, names)


def _converted(row: tuple[Any, ...], statement: Statement) -> tuple[Any, ...]:
    """As Django's compiler does it: SQLite knows neither dates nor exact numbers."""
    cells = list(row)
    for at, expression, converters in statement.columns:
        for convert in converters:
            cells[at] = convert(cells[at], expression, connection)
    return tuple(cells)
