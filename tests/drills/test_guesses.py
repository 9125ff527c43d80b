"""
D27: a thousand guesses, from one place that poses as many, are stopped; whoever is elsewhere is not locked out.

Behind gunicorn as it is run, since it is the server that decides what of a header reaches the app.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import rig
from tests.drills import checker, visitor
from tests.drills.conftest import Say
from tests.drills.visitor import PASSWORD, Answer

GUESSES, AT_ONCE = 1000, 4
ELSEWHERE = "127.0.0.2"


@pytest.fixture(scope="module")
def postgres() -> Iterator[rig.PrivatePostgres]:
    with rig.PrivatePostgres() as postgres:
        yield postgres


@pytest.fixture
def app(postgres: rig.PrivatePostgres, request: pytest.FixtureRequest) -> Iterator[rig.App]:
    database = postgres.database(f"guesses{abs(hash(request.node.name))}")
    env = {"DATABASE_URL": database, "EMAIL_URL": "smtp://127.0.0.1:9", "FROM_EMAIL": "hello@delegator.internal"}
    # No worker and no beat: what is due waits.
    app = rig.App(env | getattr(request, "param", {}) | {"LINKS_A_MINUTE": "60"}, workers=0)
    with app:
        yield app


def posing(number: int) -> dict[str, str]:
    """Headers by which a visitor claims to be someone else each time."""
    claimed = f"198.51.{number // 250}.{number % 250 + 1}"
    ways = ("X-Forwarded-For", "X_Forwarded_For", "x-forwarded-for", "Forwarded", "X-Real-IP", "True-Client-IP")
    return {name: f"for={claimed}" if name == "Forwarded" else claimed for name in ways}


def without_chain(headers: dict[str, str]) -> dict[str, str]:
    """All but the header that a proxy of one's own writes: there is one of it when it arrives."""
    return {name: value for name, value in headers.items() if name.lower() != "x-forwarded-for"}


def many(guess: object) -> Counter[str]:
    """The answers of a thousand, some at a time, by what they say."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(guess, range(GUESSES)))  # type: ignore[arg-type]


def says(answer: Answer) -> str:
    if answer.status == 200 and "belong together" in answer.body:
        return "looked at"
    if answer.status == 200 and "Too many tries." in answer.body:
        return "refused"
    return str(answer.status)


def is_in(answer: Answer) -> bool:
    return answer.status == 302 and "sid=" in answer.headers["set-cookie"]


def test_a_thousand_guesses_at_one_account_are_ten(app: rig.App, say: Say) -> None:
    (owner,) = visitor.owners(app, 1)
    came = many(lambda n: says(visitor.sign_in(app.port, owner, f"a-guess-number-{n}", **posing(n))))
    say(f"D27  {GUESSES} guesses at one account, each as someone else: {dict(came)}")
    assert came["looked at"] <= 10
    assert sum(came.values()) == GUESSES
    assert set(came) <= {"looked at", "refused", "429"}
    # Not even the right one, there; and the owner is at home elsewhere.
    assert not is_in(visitor.sign_in(app.port, owner, PASSWORD))
    assert is_in(visitor.sign_in(app.port, owner, PASSWORD, source=ELSEWHERE))


def test_a_thousand_guesses_at_as_many_accounts_are_thirty(app: rig.App, say: Say) -> None:
    owners = visitor.owners(app, GUESSES)
    came = many(lambda n: says(visitor.sign_in(app.port, owners[n], "a-guess-a-guess", **posing(n))))
    say(f"D27  {GUESSES} accounts, a guess each, each as someone else: {dict(came)}")
    assert came["looked at"] <= 30
    assert is_in(visitor.sign_in(app.port, owners[0], PASSWORD, source=ELSEWHERE))


@pytest.mark.parametrize("app", [{"TRUSTED_PROXY_COUNT": "1"}], indirect=True)
def test_behind_a_proxy_one_network_of_ipv6_is_one_visitor(app: rig.App, say: Say) -> None:
    (owner,) = visitor.owners(app, 1)

    def guess(n: int) -> str:
        # What the visitor claims, to which the proxy added whom it talked to.
        came_by = {"X-Forwarded-For": f"198.51.100.{n % 250}, 2001:db8:1:2:{n:x}::{n:x}"}
        return says(visitor.sign_in(app.port, owner, f"a-guess-number-{n}", **without_chain(posing(n)) | came_by))

    came = many(guess)
    say(f"D27  {GUESSES} guesses from one IPv6 network behind a proxy: {dict(came)}")
    assert came["looked at"] <= 10
    assert not is_in(visitor.sign_in(app.port, owner, PASSWORD, **{"X-Forwarded-For": "2001:db8:1:2::1"}))
    assert is_in(visitor.sign_in(app.port, owner, PASSWORD, **{"X-Forwarded-For": "2001:db8:1:3::1"}))


def test_a_thousand_who_forgot_one_password_cause_three_mails(app: rig.App, say: Say) -> None:
    (owner,) = visitor.owners(app, 1)
    came = many(lambda n: str(visitor.ask(app.port, "/password/forgotten/", {"email": owner}, **posing(n)).status))
    say(f"D27  {GUESSES} ask for a new password of one account: {dict(came)}")
    assert came["302"] <= 3
    assert came["302"] + came["429"] == GUESSES


def test_a_thousand_guesses_at_links_are_sixty_a_minute(app: rig.App, say: Say) -> None:
    def guess(n: int) -> str:
        return str(visitor.ask(app.port, f"/h/{n:022}.{n:027}/", None, **posing(n)).status)

    came = many(guess)
    say(f"D27  {GUESSES} guesses at links: {dict(came)}")
    # A minute may end while they run.
    assert came["404"] <= 60 * 3
    assert came["404"] + came["429"] == GUESSES
    assert visitor.ask(app.port, "/h/nobody.nothing/", source=ELSEWHERE).status == 404


def test_a_thousand_who_lost_their_links_are_three_for_each_address(app: rig.App, say: Say) -> None:
    form = {"email": "ana@harbour.internal"}
    came = many(lambda n: str(visitor.ask(app.port, "/h/renew/", form, **posing(n)).status))
    (times,) = checker.rows(app.env["DATABASE_URL"], "SELECT times FROM assistants_linkrequest")
    say(f"D27  {GUESSES} ask for the links of one address: {dict(came)}, of which {times} count")
    assert int(times) <= 3
    assert came["302"] + came["429"] == GUESSES
