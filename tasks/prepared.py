"""
Queries that are compiled once a process, for the pages that ask ten of them, and updates likewise.

Django writes the SQL of a queryset anew each time, which takes four to ten times as long as a database
takes to answer it. Here the query is written with the ORM as ever, with `given("name")` where a value
belongs, and compiled at its first use; from then on only the values change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Expression, Field, IntegerField, Model, QuerySet
from django.db.models.query import RelatedPopulator, get_related_populators
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.subqueries import UpdateQuery

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
    objects: Objects | None


class Objects(NamedTuple):
    """How a row becomes an object: its fields come first, then those of its related objects, then what was added."""

    model: type[Model]
    names: list[str]
    related: list[RelatedPopulator]
    annotations: dict[str, int]

    def of(self, row: tuple[Any, ...]) -> Any:
        made = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[: len(self.names)])
        for each in self.related:
            each.populate(row, made)
        for name, at in self.annotations.items():
            setattr(made, name, row[at])
        return made


class Prepared:
    """
    A query whose SQL does not hang on its values. It fetches what its queryset names, and prefetches nothing.

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
        """The model's own objects, with those that `select_related` names. One query."""
        statement = self._statement()
        if statement.objects is None:
            raise TypeError("a query of values gives rows")
        return [statement.objects.of(row) for row in self._answer(statement, values)]

    def _statement(self) -> Statement:
        found = self.statements.get(connection.vendor)
        if found is None:
            found = self.statements[connection.vendor] = _compiled(self.build())
        return found

    @staticmethod
    def _answer(statement: Statement, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, _filled(statement.params, values))
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return [_converted(row, statement) for row in rows] if statement.columns else rows


class PreparedUpdate:
    """An UPDATE. `build` makes the queryset and what is written to its rows, both with `given` values or without."""

    def __init__(self, build: Callable[[], tuple[QuerySet[Any, Any], dict[str, Any]]]) -> None:
        self.build = build
        self.statements: dict[str, tuple[str, list[Any]]] = {}

    def run(self, **values: Any) -> int:
        """How many rows it found. One query."""
        if connection.vendor not in self.statements:
            rows, written = self.build()
            query: UpdateQuery = rows.order_by().query.chain(UpdateQuery)  # type: ignore[assignment]
            query.add_update_values(written)
            sql, params = query.get_compiler(connection=connection).as_sql()
            self.statements[connection.vendor] = sql, list(params)
        sql, params = self.statements[connection.vendor]
        with connection.cursor() as cursor:
            cursor.execute(sql, _filled(params, values))
            return int(cursor.rowcount)


def _filled(params: list[Any], values: dict[str, Any]) -> list[Any]:
    return [each.value(values) if isinstance(each, Given) else each for each in params]


def _compiled(queryset: QuerySet[Any, Any]) -> Statement:
    compiler = queryset.query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    selected = [column for column, _, _ in compiler.select]
    converters = compiler.get_converters(selected)
    columns = [(at, expression, found) for at, (found, expression) in converters.items()]
    return Statement(sql, list(params), columns, _objects(queryset.model, compiler))


def _objects(model: type[Model], compiler: SQLCompiler) -> Objects | None:
    """As Django's own iterable does it; None for a query of values."""
    klass = compiler.klass_info
    if klass is None or not compiler.query.default_cols:
        return None
    names = [compiler.select[at][0].target.attname for at in klass["select_fields"]]
    related = get_related_populators(klass, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
    return Objects(model, names, related, compiler.annotation_col_map)


def _converted(row: tuple[Any, ...], statement: Statement) -> tuple[Any, ...]:
    """As Django's compiler does it: SQLite knows neither dates nor exact numbers."""
    cells = list(row)
    for at, expression, converters in statement.columns:
        for convert in converters:
            cells[at] = convert(cells[at], expression, connection)
    return tuple(cells)
