"""
`make bench`: what requests cost in F, the processor time of an empty Django view, and whether goals are met.

Rounds go through all items at all sites, so that an hour's mood of the machine meets all alike. Exit
code 1 when a goal is missed or an item does not answer as it should.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tests import rig
from tests.bench import mail, mail_runs, matching, results, visits
from tests.bench.items import ITEMS, PLAIN_PAGE, PLAIN_WRITE, Item, Wrong
from tests.bench.measure import Bench
from tests.bench.results import POSTGRES, Row, Sample
from tests.bench.sites import Floor, PlainSite, Site, cores, on_core

YEARS = (1, 10)
# On a busy machine a run ends with fewer rounds than asked for, rather than late.
MOST_SECONDS = 400
QUIET = 0.7
RESULTS = rig.ROOT / "var" / "bench.json"
PLAIN_ITEMS = (PLAIN_PAGE, PLAIN_WRITE)
FIRST_VISIT = f"first visit, {visits.NAME}; again, {visits.NAME}"
OF_PAGES = [item.name for item in PLAIN_ITEMS] + [f"growth: {item.name}" for item in ITEMS] + [FIRST_VISIT]


class Series(NamedTuple):
    """What is gathered of one item at one database, over the rounds: the samples by years."""

    item: Item
    sites: Sequence[Site]
    samples: dict[int, list[Sample]]


def main(args: list[str]) -> int:
    options = read(args)
    # Ended from outside it still ends the servers that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        server_core, client_core = cores()
    except RuntimeError as why:
        print(why, file=sys.stderr)
        return 1
    load = os.getloadavg()[0]
    os.sched_setaffinity(0, {client_core})
    with contextlib.ExitStack() as stack:
        with on_core(server_core):
            postgres = stack.enter_context(rig.PrivatePostgres())
        bench = Bench(stack.enter_context(Floor(server_core)), count=options.count)
        rows, wrong = run(stack, bench, postgres, server_core, options)
    if load > QUIET:
        print(f"This machine was busy before (load {load:.1f}): others took turns on its caches, so F is too high.\n")
    return report(rows, wrong)


def read(args: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--quick", action="store_true", help="few rounds, for trying: the numbers mean little")
    parser.add_argument("--only", default="", metavar="TEXT", help="only what has this in its name")
    options = parser.parse_args(args)
    options.rounds, options.count = (4, 10) if options.quick else (20, 25)
    return options


def run(
    stack: contextlib.ExitStack, bench: Bench, postgres: rig.PrivatePostgres, core: int, options: argparse.Namespace
) -> tuple[list[Row], dict[str, str]]:
    """The rows of the table, and of items that could not be measured why."""
    rows, wrong = list[Row](), dict[str, str]()
    if any(options.only in name for name in OF_PAGES):
        rows += pages(set_up(stack, core, postgres), stack, bench, options, wrong)
    rows += mail.rows(options.only, postgres, core, wrong, is_quick=options.quick)
    floors = {(row.item, row.database): row.F for row in rows}
    rows += mail_runs.rows(options.only, bench, postgres, core, wrong, floors, is_quick=options.quick)
    rows += matching.rows(options.only, wrong)
    return rows, wrong


def set_up(stack: contextlib.ExitStack, core: int, postgres: rig.PrivatePostgres) -> list[Site]:
    print("Filling the databases ...", flush=True)
    sites = [stack.enter_context(Site(core, "SQLite", years)) for years in YEARS]
    return sites + [stack.enter_context(Site(core, POSTGRES, years, postgres)) for years in YEARS]


def pages(
    sites: list[Site], stack: contextlib.ExitStack, bench: Bench, options: argparse.Namespace, wrong: dict[str, str]
) -> list[Row]:
    """Those of pages and writes."""
    plain = [stack.enter_context(PlainSite(site)) for site in sites if site.years == YEARS[0]]
    chosen = [item for item in ITEMS if options.only in item.name or options.only == f"growth: {item.name}"]
    wrong |= {item.name: site.wrong[item.name] for site in sites for item in chosen if item.name in site.wrong}
    plain_items = [item for item in PLAIN_ITEMS if options.only in item.name]
    gathered = [series_of(item, [site]) for item in plain_items for site in plain]
    for database in ("SQLite", POSTGRES):
        there = [site for site in sites if site.database == database]
        gathered += [series_of(item, there) for item in chosen if item.name not in wrong]
    rounds = gather(bench, gathered, options.rounds, wrong)
    if bench.floors:
        each = 1000 * results.middle(bench.floors)
        print(f"\n{rounds} rounds of {bench.count}. The empty view takes {each:.2f} ms of processor here.\n")
    measured = [series for series in gathered if series.item.name not in wrong]
    floors = {
        (row.item, row.database): row.F
        for series in measured
        if series.item in plain_items
        for row in rows_of(series, {})
    }
    rows = [row for series in measured for row in rows_of(series, floors)]
    return rows + (visited(sites[0], wrong) if options.only in FIRST_VISIT else [])


def series_of(item: Item, sites: Sequence[Site]) -> Series:
    return Series(item, sites, {site.years: [] for site in sites})


def gather(bench: Bench, gathered: list[Series], rounds: int, wrong: dict[str, str]) -> int:
    """Go round until it was often enough or is late; how many rounds there were."""
    deadline = time.monotonic() + MOST_SECONDS
    for number in range(rounds):
        if time.monotonic() > deadline:
            return number
        if sys.stdout.isatty():
            print(f"\rRound {number + 1} of {rounds} ", end="", flush=True)
        for series in gathered:
            if series.item.name not in wrong:
                once_more(bench, series, wrong, backwards=bool(number % 2))
    return rounds


def once_more(bench: Bench, series: Series, wrong: dict[str, str], *, backwards: bool) -> None:
    """By turns one year first and ten years first: what drifts within a round cancels out."""
    try:
        for site in series.sites[:: -1 if backwards else 1]:
            series.samples[site.years].append(bench.sample(series.item, site))
    except Wrong as error:
        wrong[series.item.name] = str(error)


def rows_of(series: Series, floors: Mapping[tuple[str, str], float]) -> list[Row]:
    item, database = series.item, series.sites[0].database
    rows = []
    for site in series.sites:
        ratios = [sample.f for sample in series.samples[site.years]]
        wanted = item.goal_of_ten if site.years == YEARS[-1] and item.goal_of_ten else item.goal
        goal = results.goal_on(database, wanted)
        row = Row(
            item.name,
            database,
            site.years,
            results.middle(ratios),
            goal,
            site.queries[item.name],
            here=results.goal_here(goal, item.floor, database, floors),
            spread=results.spread(ratios),
            most_queries=item.most_queries,
        )
        rows.append(row)
    if item.grows:
        ratios = results.growth(*(series.samples[years] for years in YEARS))
        name, between = f"growth: {item.name}", results.spread(ratios)
        rows.append(Row(name, database, YEARS[-1], results.middle(ratios), results.MOST_GROWTH, spread=between))
    return rows


def visited(site: Site, wrong: dict[str, str]) -> list[Row]:
    try:
        return visits.rows(site)
    except Wrong as error:
        wrong["first visit"] = str(error)
        return []


def report(rows: list[Row], wrong: dict[str, str]) -> int:
    if rows:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps([row.as_json() for row in rows], indent=1) + "\n")
        print(f"{results.table(rows)}\n\nWritten to {RESULTS.relative_to(rig.ROOT)}.")
    elif not wrong:
        print("No item has that in its name.")
    for name, why in wrong.items():
        print(f"NOT MEASURED  {name}: {why}")
    missed = [sentence for row in rows for sentence in row.missed]
    for sentence in missed:
        print(f"GOAL MISSED   {sentence}")
    return 1 if missed or wrong or not rows else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
