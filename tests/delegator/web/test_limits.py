"""How often one may try: by account and peer to sign in, by peer behind links, and nobody poses as another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone

from assistants import links
from assistants.link import renewals
from assistants.models import LinkRequest, Offer
from delegator import jobs
from delegator.models import ResetRequest, Tally
from delegator.web import limits, peers
from tasks.models import Owner
from tests import factories
from tests.assistants.world import by_hand
from tests.delegator.account.test_accounts import ANN, is_signed_in, on_a_server, sign_in
from tests.delegator.pages import read
from tests.delegator.second_step import reset
from tests.factories import NOW
from tests.tasks.clocks import standing_at

pytestmark = pytest.mark.django_db
ELSEWHERE, AWAY = "203.0.113.9", "198.51.100.7"
REFUSED = "Too many tries. Try again in an hour, or choose a new password."
GUESS = "a-guess-a-guess"


@pytest.fixture(autouse=True)
def nothing_counted(db: None) -> None:
    cache.clear()


# --- Who it is ---------------------------------------------------------------
@pytest.mark.parametrize(
    ("hops", "peer", "forwarded", "who"),
    [
        (0, ELSEWHERE, "", ELSEWHERE),
        (0, ELSEWHERE, "192.0.2.1", ELSEWHERE),
        (1, "127.0.0.1", ELSEWHERE, ELSEWHERE),
        (1, "127.0.0.1", f"192.0.2.1, {ELSEWHERE}", ELSEWHERE),
        (2, "127.0.0.1", f"192.0.2.1, {ELSEWHERE}, {AWAY}", ELSEWHERE),
        # Too few, or no address: whoever it is, they did not come through both.
        (2, AWAY, ELSEWHERE, AWAY),
        (1, AWAY, "", AWAY),
        (1, AWAY, "unknown", AWAY),
        (1, AWAY, f"{ELSEWHERE}, ", AWAY),
        (1, AWAY, "1.2.3.4.5", AWAY),
        (1, AWAY, "x" * 5000, AWAY),
        (1, "", "", "local"),
        (0, "", "", "local"),
        # Some proxies name the port.
        (1, AWAY, f"{ELSEWHERE}:4711", ELSEWHERE),
        (1, AWAY, "[2001:db8:1:2:3:4:5:6]:4711", "2001:db8:1:2::"),
        # Of IPv6 the network, and of IPv4 in its clothes the address.
        (0, "2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::"),
        (0, "2001:db8:1:2:ffff::1", "", "2001:db8:1:2::"),
        (0, "2001:db8:1:3::1", "", "2001:db8:1:3::"),
        (0, f"::ffff:{ELSEWHERE}", "", ELSEWHERE),
        (0, "fe80::1%eth0", "", "fe80::"),
    ],
)
def test_a_peer_is_whom_the_last_trusted_proxy_talked_to(hops: int, peer: str, forwarded: str, who: str) -> None:
    given = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    request = RequestFactory().get("/", REMOTE_ADDR=peer, **given)  # type: ignore[arg-type]
    with override_settings(TRUSTED_PROXY_COUNT=hops):
        assert peers.of(request) == who


# --- Signing in ----------------------------------------------------------------
def test_who_guesses_from_elsewhere_locks_nobody_out(client: Client, nora: Owner) -> None:
    for _ in range(10):
        guess = client.post("/sign-in/", {"login": nora.email, "password": GUESS}, REMOTE_ADDR=ELSEWHERE)
        assert REFUSED not in read(guess).text
    right = {"login": nora.email, "password": factories.PASSWORD}
    assert REFUSED in read(client.post("/sign-in/", right, REMOTE_ADDR=ELSEWHERE)).text
    assert not is_signed_in(client)
    client.post("/sign-in/", right, REMOTE_ADDR=AWAY)
    assert is_signed_in(client)


def test_ten_wrong_guesses_of_one_account_an_hour_and_thirty_of_all_are_let_through(nora: Owner, bea: Owner) -> None:
    began, fourth = timezone.now(), factories.an_owner()
    for minutes, owner in enumerate((nora, bea, factories.an_owner())):
        with standing_at(began + timedelta(minutes=2 * minutes)):
            for _ in range(10):
                assert REFUSED not in read(sign_in(Client(), owner.email, GUESS)).text
    with standing_at(began + timedelta(minutes=7)):
        assert REFUSED in read(sign_in(Client(), fourth.email)).text
    with standing_at(began + timedelta(minutes=61)):
        client = Client()
        sign_in(client, fourth.email)
        assert is_signed_in(client)


def test_a_new_password_of_ones_own_forgets_no_guesses_at_others(nora: Owner, bea: Owner) -> None:
    began, thief = timezone.now(), factories.an_owner()
    factories.confirm(thief)
    for minutes, owner in enumerate((nora, bea, factories.an_owner())):
        with standing_at(began + timedelta(minutes=2 * minutes)):
            for _ in range(10):
                sign_in(Client(), owner.email, GUESS)
    with standing_at(began + timedelta(minutes=7)):
        assert reset(thief, "brown-bread-at-nine").status_code == 302
        assert REFUSED in read(sign_in(Client(), nora.email, GUESS)).text
        assert REFUSED in read(sign_in(Client(), factories.an_owner().email)).text


def test_a_new_password_is_taken_at_once_by_an_account_that_was_closed_to_guesses(nora: Owner) -> None:
    factories.confirm(nora)
    for _ in range(11):
        sign_in(Client(), nora.email, GUESS)
    reset(nora, "brown-bread-at-nine")
    client = Client()
    sign_in(client, nora.email, "brown-bread-at-nine")
    assert is_signed_in(client)


def test_signing_in_as_often_as_one_likes_is_no_guess(nora: Owner) -> None:
    for _ in range(15):
        client = Client()
        sign_in(client, nora.email)
        assert is_signed_in(client)


def test_one_network_of_ipv6_is_one_peer(nora: Owner) -> None:
    right = {"login": nora.email, "password": factories.PASSWORD}
    for n in range(10):
        Client().post("/sign-in/", right | {"password": GUESS}, REMOTE_ADDR=f"2001:db8:1:2:{n}::7")
    same, other = Client(), Client()
    same.post("/sign-in/", right, REMOTE_ADDR="2001:db8:1:2:ffff::1")
    other.post("/sign-in/", right, REMOTE_ADDR="2001:db8:1:3::1")
    assert (is_signed_in(same), is_signed_in(other)) == (False, True)


def test_many_other_counts_do_not_wipe_out_the_one_of_an_account(client: Client, nora: Owner) -> None:
    for _ in range(10):
        sign_in(client, nora.email, GUESS)
    cache.set_many({f"zz{n}": 1 for n in range(400)})
    cache.set("zzz", 1)
    sign_in(client, nora.email)
    assert not is_signed_in(client)


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "X_Forwarded_For"])
def test_a_peer_that_claims_to_be_another_is_still_counted(client: Client, nora: Owner, header: str) -> None:
    for n in range(10):
        client.post("/sign-in/", {"login": nora.email, "password": GUESS}, headers={header: f"203.0.113.{n}"})
    assert REFUSED in read(sign_in(client, nora.email)).text


def test_behind_a_proxy_the_peer_is_the_one_that_the_proxy_names(client: Client, nora: Owner) -> None:
    right = {"login": nora.email, "password": factories.PASSWORD}
    with override_settings(TRUSTED_PROXY_COUNT=1):
        for n in range(10):
            claimed = {"X-Forwarded-For": f"198.51.100.{n}, {ELSEWHERE}"}
            client.post("/sign-in/", right | {"password": GUESS}, headers=claimed)
        client.post("/sign-in/", right, headers={"X-Forwarded-For": f"198.51.100.77, {ELSEWHERE}"})
        assert not is_signed_in(client)
        client.post("/sign-in/", right, headers={"X-Forwarded-For": f"{ELSEWHERE}, {AWAY}"})
    assert is_signed_in(client)


def test_the_password_that_is_asked_once_more_is_guessed_no_oftener(hers: Client, nora: Owner) -> None:
    for _ in range(10):
        hers.post("/account/reauthenticate/", {"password": GUESS})
    assert REFUSED in read(hers.post("/account/reauthenticate/", {"password": factories.PASSWORD})).text


def test_the_old_password_is_guessed_ten_times_an_hour(hers: Client, nora: Owner) -> None:
    new = {"password1": "brown-bread-at-nine", "password2": "brown-bread-at-nine"}
    for _ in range(10):
        assert hers.post("/password/change/", new | {"oldpassword": GUESS}).status_code == 200
    assert hers.post("/password/change/", new | {"oldpassword": factories.PASSWORD}).status_code == 429


# --- Mail that strangers can cause ------------------------------------------------
@on_a_server
@pytest.mark.parametrize("address", ["nora@example.com", "nobody@example.com"])
def test_a_new_password_is_asked_for_three_times_an_hour_whoever_asks(nora: Owner, address: str) -> None:
    answers = [
        Client().post("/password/forgotten/", {"email": address}, REMOTE_ADDR=f"203.0.113.{n}").status_code
        for n in range(4)
    ]
    assert answers == [302, 302, 302, 429]
    assert ResetRequest.objects.count() == 1


def test_thirty_sign_ups_an_hour_come_from_one_peer() -> None:
    posted = [Client().post("/sign-up/", ANN | {"password1": "short"}).status_code for _ in range(31)]
    assert posted == [200] * 30 + [429]
    assert Client().post("/sign-up/", ANN, REMOTE_ADDR=ELSEWHERE).status_code == 302


def test_too_often_is_said_kindly_with_how_long_to_wait(nora: Owner) -> None:
    for _ in range(4):
        answer = Client().post("/password/forgotten/", {"email": nora.email})
    assert read(answer).heading == "Too many tries"
    assert "an hour at most" in read(answer).text


def test_links_are_renewed_three_times_an_hour(nora: Owner) -> None:
    for _ in range(5):
        assert Client().post("/h/renew/", {"email": "ana@example.com"}).status_code == 302
    assert LinkRequest.objects.get().times == renewals.MOST == 3


# --- Behind links -----------------------------------------------------------------
sixty = override_settings(LINKS_A_MINUTE=60)


@pytest.fixture
def offer(nora: Owner) -> Offer:
    now = timezone.now()
    return factories.an_offer(owner=nora, now=now, reply_by=now + timedelta(days=3))


def guess(**more: Any) -> int:
    status: int = Client().get("/h/aaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb/", **more).status_code
    return status


def page_of(offer: Offer) -> str:
    return f"/h/{links.token('offer', offer.pid)}/"


@sixty
def test_sixty_wrong_links_a_minute_are_looked_at_and_then_not_even_a_right_one(offer: Offer) -> None:
    with standing_at(NOW):
        assert [guess() for _ in range(61)] == [404] * 60 + [429]
        refused = Client().get(page_of(offer))
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
        assert read(refused).heading == "One moment, please"
        assert Client().get(page_of(offer), REMOTE_ADDR=ELSEWHERE).status_code == 200
    with standing_at(NOW + timedelta(seconds=60)):
        assert Client().get(page_of(offer)).status_code == 200


@sixty
def test_looking_at_what_opens_is_not_counted_and_writes_nothing(offer: Offer) -> None:
    assert [Client().get(page_of(offer)).status_code for _ in range(70)] == [200] * 70
    assert not Tally.objects.exists()


@sixty
def test_what_is_posted_is_counted_with_wrong_links(offer: Offer) -> None:
    with standing_at(timezone.now()):
        for _ in range(30):
            assert Client().post("/h/renew/", {"email": "ana@example.com"}).status_code == 302
            assert guess() == 404
        assert Client().post(f"{page_of(offer)}decline/", by_hand(offer, reason="")).status_code == 429
    assert Offer.objects.get().state != Offer.State.DECLINED


@sixty
@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_no_method_goes_round_it(method: str) -> None:
    with standing_at(NOW):
        for _ in range(60):
            guess()
        assert getattr(Client(), method)("/h/nobody.nothing/").status_code == 429


@sixty
def test_the_refusal_is_as_private_as_the_page(offer: Offer) -> None:
    with standing_at(NOW):
        for _ in range(60):
            guess()
        refused = Client().get(page_of(offer))
    assert refused.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in refused.headers["Cache-Control"]
    assert "default-src 'none'" in refused.headers["Content-Security-Policy"]


@sixty
def test_elsewhere_nobody_is_counted(nora: Owner) -> None:
    for _ in range(61):
        assert Client().get("/unsubscribe/nobody.nothing/").status_code == 404
    assert not Tally.objects.exists()


@sixty
def test_a_count_holds_its_minute_from_the_first_try() -> None:
    later = NOW + timedelta(seconds=59, microseconds=999_999)
    assert [limits.take("p", now=NOW) for _ in range(61)] == [True] * 60 + [False]
    assert limits.is_used_up("p", now=later)
    assert not limits.take("p", now=later)
    assert not limits.is_used_up("p", now=NOW + limits.A_MINUTE)
    assert limits.take("p", now=NOW + limits.A_MINUTE)
    assert Tally.objects.values_list("since", "times").get() == (NOW + limits.A_MINUTE, 1)


@sixty
def test_peers_are_counted_apart_in_one_statement_each(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        assert limits.take("p", now=NOW)
        assert limits.take("q", now=NOW)
    assert sorted(Tally.objects.values_list("peer", "times")) == [("p", 1), ("q", 1)]


def test_what_is_over_is_removed_and_what_counts_stays() -> None:
    Tally.objects.create(peer="p", since=timezone.now() - limits.A_MINUTE, times=3)
    Tally.objects.create(peer="q", since=timezone.now(), times=3)
    jobs.forget_counts()
    assert list(Tally.objects.values_list("peer", flat=True)) == ["q"]


@sixty
def test_no_address_of_anyone_is_kept(client: Client) -> None:
    guess(REMOTE_ADDR=ELSEWHERE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM delegator_tally")
        assert ELSEWHERE not in str(cursor.fetchall())
    assert Tally.objects.get().peer != limits.hashed(AWAY)
