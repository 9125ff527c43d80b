"""
Queries that are compiled once a process, for the pages that ask ten of them, and what is written likewise.

Django writes the SQL of a queryset anew each time, which takes four to ten times as long as a database
takes to answer it. Here the query is written with the ORM as ever, with `given("name")` where a value
belongs, and compiled at its first use; from then on only the values change. Postgres gets the SQL once a
connection, since to plan it takes Postgres in its turn longer than to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import count
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import Expression, Field, IntegerField, Model, QuerySet
from django.db.models.query import RelatedPopulator, get_related_populators
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.subqueries import InsertQuery, UpdateQuery
from django.db.transaction import mark_for_rollback_on_error
from django.utils import timezone

Converter = Callable[[Any, Any, Any], Any]
Rows = list[tuple[Any, ...]]
BITS = 64


class Given(Expression):
    """The place of a value that comes with each call."""

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", [self]

    def value(self, values: dict[str, Any], db: BaseDatabaseWrapper) -> Any:
        value = values[self.name]
        if isinstance(value, Model):
            value = value.pk
        if value is None and not self.output_field.null:
            raise ValueError(f"{self.name} is None, for which SQL has other words than for a value")
        if isinstance(value, int) and value.bit_length() >= BITS:  # no column holds it
            raise EmptyResultSet
        return self.output_field.get_db_prep_value(value, db, prepared=False)


def given(name: str, kind: Field[Any, Any] | None = None) -> Any:
    """
    It stands where a value of that kind would; a whole number or a key unless said otherwise.

    A kind that may be null is for what is written, not for what is looked for.
    """
    return Given(name, kind or IntegerField())


def given_fields(model: type[Model], *names: str) -> dict[str, Any]:
    """These fields of an update: what is written to each comes with the call, by its name."""
    return {name: given(name, model._meta.get_field(name)) for name in names}  # type: ignore[arg-type]


class Sql:
    """A statement as a database gets it; `places` are the constants and the `Given` values in it, in their order."""

    def __init__(self, text: str, places: Iterable[Any]) -> None:
        self.text, self.places = text, list(places)

    def execute(self, db: BaseDatabaseWrapper, cursor: CursorWrapper, params: Sequence[Any]) -> None:
        cursor.execute(self.text, params)


class ServerSide(Sql):
    """
    The same as Postgres keeps it: prepared once a connection, and from then on called by its name.

    Constants stay in it, since a plan can make use of an index of some rows only if it sees which.
    """

    numbers = count()
    # What each connection has prepared.
    known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()

    def __init__(self, text: str, places: Iterable[Any], db: BaseDatabaseWrapper) -> None:
        self.name, variable = f"kept_{next(self.numbers)}", list[Any]()
        pieces = iter(text.replace("%%", "%").split("%s"))
        written = next(pieces)
        with db.cursor() as cursor:
            for place, piece in zip(places, pieces, strict=True):
                if isinstance(place, (Given, Field)):
                    variable.append(place)
                    written += f"${len(variable)}{piece}"
                else:
                    written += cursor.mogrify("%s", [place]).decode() + piece
        self.prepare = f"PREPARE {self.name} AS {written}"
        values = ", ".join(["%s"] * len(variable))
        super().__init__(f"EXECUTE {self.name} ({values})" if variable else f"EXECUTE {self.name}", variable)

    def execute(self, db: BaseDatabaseWrapper, cursor: CursorWrapper, params: Sequence[Any]) -> None:
        known = self.known.setdefault(db.connection, set())
        if self.name not in known:
            # Not by Django's own cursor, for it is no query of the page's; but errors are Django's.
            with db.wrap_database_errors, db.connection.cursor() as beside:
                beside.execute(self.prepare)
            known.add(self.name)
        super().execute(db, cursor, params)


class Statement(NamedTuple):
    """What a database gets, and how what it answers becomes Python, by column."""

    sql: Sql
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

    def rows(self, **values: Any) -> Rows:
        """What `values_list` would give. One query."""
        return self._answer(_database(), values)[1]

    def flat(self, **values: Any) -> list[Any]:
        """The first column of each row. One query."""
        return [row[0] for row in self.rows(**values)]

    def objects(self, **values: Any) -> list[Any]:
        """The model's own objects, with those that `select_related` names. One query."""
        objects, rows = self._answer(_database(), values)
        if objects is None:
            raise TypeError("a query of values gives rows")
        return [objects.of(row) for row in rows]

    def _answer(self, db: BaseDatabaseWrapper, values: dict[str, Any]) -> tuple[Objects | None, Rows]:
        statement = self.statements.get(db.vendor)
        if statement is None:
            statement = self.statements[db.vendor] = _compiled(self.build(), db)
        params = _filled(statement.sql.places, values, db)
        if params is None:
            return statement.objects, []
        with db.cursor() as cursor:
            statement.sql.execute(db, cursor, params)
            rows: Rows = cursor.fetchall()
        return statement.objects, [_converted(row, statement, db) for row in rows] if statement.columns else rows


class PreparedUpdate:
    """An UPDATE. `build` makes the queryset and what is written to its rows, both with `given` values or without."""

    def __init__(self, build: Callable[[], tuple[QuerySet[Any, Any], dict[str, Any]]]) -> None:
        self.build = build
        self.statements: dict[str, Sql] = {}

    def run(self, **values: Any) -> int:
        """How many rows it found. One query."""
        db = _database()
        if db.vendor not in self.statements:
            rows, written = self.build()
            query: UpdateQuery = rows.order_by().query.chain(UpdateQuery)  # type: ignore[assignment]
            query.add_update_values(written)
            text, places = query.get_compiler(connection=db).as_sql()
            self.statements[db.vendor] = _sql(text, places, db)
        sql = self.statements[db.vendor]
        params = _filled(sql.places, values, db)
        if params is None:
            return 0
        with mark_for_rollback_on_error(DEFAULT_DB_ALIAS), db.cursor() as cursor:
            sql.execute(db, cursor, params)
            return int(cursor.rowcount)


def insert(row: Model) -> None:
    """Write a new row, as its `save` would, and give it its id; no signal tells of it. One query."""
    db = _database()
    sql = _insertion(type(row), db.vendor)
    params = [field.get_db_prep_save(field.pre_save(row, add=True), db) for field in sql.places]
    with mark_for_rollback_on_error(DEFAULT_DB_ALIAS), db.cursor() as cursor:
        sql.execute(db, cursor, params)
        (row.pk,) = cursor.fetchone()
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


@cache
def _insertion(model: type[Model], _vendor: str) -> Sql:
    """Its places are the fields: all but the id, which the database gives."""
    db = _database()
    fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    query = InsertQuery(model)
    query.insert_values(fields, [model()])
    compiler = query.get_compiler(connection=db)
    compiler.returning_fields = [model._meta.pk]
    ((sql, _),) = compiler.as_sql()
    return _sql(sql, fields, db)


def _database() -> BaseDatabaseWrapper:
    """This thread's connection itself: to go through `django.db.connection` takes a look-up at each of its names."""
    return connections[DEFAULT_DB_ALIAS]


def _sql(text: str, places: Iterable[Any], db: BaseDatabaseWrapper) -> Sql:
    places = list(places)
    if timezone.get_current_timezone_name() in places:  # by __date and its kind
        raise ValueError("one reader's time zone would be everybody's: look for moments, not for days")
    # A pooler gives each transaction another connection, and for that Django has a setting.
    if db.vendor == "postgresql" and not db.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
        return ServerSide(text, places, db)
    return Sql(text, places)


def _filled(places: list[Any], values: dict[str, Any], db: BaseDatabaseWrapper) -> list[Any] | None:
    """None for values with which nothing is found."""
    try:
        return [each.value(values, db) if isinstance(each, Given) else each for each in places]
    except EmptyResultSet:
        return None


def _compiled(queryset: QuerySet[Any, Any], db: BaseDatabaseWrapper) -> Statement:
    compiler = queryset.query.get_compiler(connection=db)
    text, places = compiler.as_sql()
    selected = [column for column, _, _ in compiler.select]
    converters = compiler.get_converters(selected)
    columns = [(at, expression, found) for at, (found, expression) in converters.items()]
    return Statement(_sql(text, places, db), columns, _objects(queryset.model, compiler))


def _objects(model: type[Model], compiler: SQLCompiler) -> Objects | None:
    """As Django's own iterable does it; None for a query of values."""
    klass = compiler.klass_info
    if klass is None or not compiler.query.default_cols:
        return None
    names = [compiler.select[at][0].target.attname for at in klass["select_fields"]]
    related = get_related_populators(klass, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
    return Objects(model, names, related, compiler.annotation_col_map)


def _converted(row: tuple[Any, ...], statement: Statement, db: BaseDatabaseWrapper) -> tuple[Any, ...]:
    """As Django's compiler does it: SQLite knows neither dates nor exact numbers."""
    cells = list(row)
    for at, expression, converters in statement.columns:
        for convert in converters:
            cells[at] = convert(cells[at], expression, db)
    return tuple(cells)
