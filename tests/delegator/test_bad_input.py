"""
The table of odd input, row by row, with the tests that hold each.

A row's tests post to the page that it names. `pytest -s tests/delegator/test_bad_input.py` prints the count.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {
    "text": "tests/delegator/test_bad_text.py",
    "numbers": "tests/delegator/test_bad_numbers.py",
    "requests": "tests/delegator/web/test_bad_requests.py",
    "headers": "tests/delegator/web/test_headers_everywhere.py",
    "fuzz": "tests/delegator/test_fuzz.py",
    "isolation": "tests/delegator/test_isolation.py",
    "accounts": "tests/delegator/account/test_accounts.py",
    "unsubscribe": "tests/delegator/mail/test_unsubscribe.py",
    "limits": "tests/delegator/web/test_limits.py",
    "forgotten": "tests/delegator/mail/test_forgotten_timers.py",
    "fields": "tests/tasks/test_fields.py",
    "times": "tests/tasks/test_time_views.py",
    "refusals": "tests/tasks/test_day_refusals.py",
    "durations": "tests/tasks/test_durations.py",
    "money": "tests/tasks/test_money.py",
    "formats": "tests/tasks/test_formats.py",
    "timer": "tests/tasks/test_forgotten_timer.py",
    "timers": "tests/tasks/test_timers.py",
    "tabs": "tests/tasks/test_task_tabs.py",
    "tasks": "tests/tasks/test_task_views.py",
    "roster": "tests/assistants/roster/test_roster_views.py",
    "table": "tests/tasks/imports/test_table.py",
    "reading": "tests/tasks/imports/test_reading.py",
    "adding": "tests/tasks/imports/test_adding.py",
    "importing": "tests/tasks/test_import_views.py",
    "smtp": "tests/assistants/mail/test_outbox_smtp.py",
    "links": "tests/assistants/test_links.py",
    "link": "tests/assistants/link/test_link_views.py",
    "answers": "tests/assistants/link/test_link_answers.py",
    "plan": "tests/assistants/plan/test_plan_views.py",
}


class Row(NamedTuple):
    """What is typed or sent, where, and the tests that hold the answer: `file.test`, by the names above."""

    typed: str
    where: str
    tests: str


ROWS = [
    Row("NUL", "JSON, address, query, header, form",
        "text.no_field_lets_in_what_no_one_sees_and_each_refusal_stands_at_its_field"
        " times.a_body_that_is_no_object_of_json_is_400 text.nul_in_an_address_is_not_found"
        " text.nul_in_a_query_is_no_mistake_of_ours text.odd_headers_are_no_mistake_of_ours"
        " requests.a_head_that_is_too_much_is_refused_and_the_server_goes_on"),
    Row("half a character", "JSON body",
        "times.a_body_that_is_no_object_of_json_is_400"
        " fuzz.odd_requests_are_refused_by_name_and_touch_nothing_of_another"),
    Row("marks that turn text", "names, titles",
        "text.no_field_lets_in_what_no_one_sees_and_each_refusal_stands_at_its_field"
        " fields.marks_that_turn_or_hide_text_are_taken_out"),
    Row("only zero-width, blanks", "required text",
        "text.no_field_lets_in_what_no_one_sees_and_each_refusal_stands_at_its_field"
        " fields.what_shows_as_nothing_is_nothing"),
    Row("10,000 combining marks", "title",
        "text.no_field_lets_in_what_no_one_sees_and_each_refusal_stands_at_its_field"
        " fields.the_length_is_counted_of_what_is_kept"),
    Row("emoji, RTL, CJK, <script>, {{7*7}}, %s", "any text, mail, CSV, <title>",
        "text.everything_else_is_kept_as_typed_and_shown_as_text"
        " text.a_note_by_link_is_kept_and_shown_as_text_too requests.nor_is_one_of_the_report"),
    Row("NFC and NFD of a name", "task, skill",
        "text.one_name_in_two_spellings_is_one_task_and_stored_in_one"),
    Row("x\\nBcc: v@x", "names, Subject, From",
        "text.no_field_lets_in_what_no_one_sees_and_each_refusal_stands_at_its_field"
        " smtp.no_name_adds_a_header_or_a_recipient"
        " smtp.what_cannot_be_written_is_dead_at_once_and_holds_nothing_up"),
    Row("\\x0b, \\x0c, U+2028, U+0085", "Subject",
        "text.no_field_lets_in_what_no_one_sees_and_each_refusal_stands_at_its_field"
        " fields.control_characters_and_lone_surrogates_are_refused"),
    Row("Ann, z@z.test as a name", "To",
        "smtp.no_name_adds_a_header_or_a_recipient text.everything_else_is_kept_as_typed_and_shown_as_text"),
    Row("=?utf-8?q?…?= as a name", "To, Subject",
        "smtp.no_name_adds_a_header_or_a_recipient text.everything_else_is_kept_as_typed_and_shown_as_text"),
    Row("a@b.co\\nBcc: c@d; a@x,b@x; A <a@x>", "email",
        "fields.what_is_no_single_address_is_refused roster.what_cannot_be_is_named_and_the_typing_is_kept"
        " accounts.what_is_missing_or_wrong_is_said_at_the_field"),
    Row("a@x.com with U+200B", "email",
        "fields.what_is_no_single_address_is_refused roster.what_cannot_be_is_named_and_the_typing_is_kept"
        " accounts.what_is_missing_or_wrong_is_said_at_the_field"),
    Row("local part of 65, address over 254", "email",
        "fields.what_is_no_single_address_is_refused roster.what_cannot_be_is_named_and_the_typing_is_kept"
        " accounts.what_is_missing_or_wrong_is_said_at_the_field"
        " fields.an_address_is_as_long_as_the_post_takes_it"),
    Row("a@localhost, a@[127.0.0.1]", "email",
        "fields.what_is_no_single_address_is_refused roster.what_cannot_be_is_named_and_the_typing_is_kept"
        " accounts.what_is_missing_or_wrong_is_said_at_the_field"),
    Row("a@exämple.com; ä@x.com", "email",
        "fields.what_is_no_single_address_is_refused roster.what_cannot_be_is_named_and_the_typing_is_kept"
        " accounts.what_is_missing_or_wrong_is_said_at_the_field"
        " fields.letters_of_its_own_are_taken_in_a_domain_as_mail_servers_write_it_and_refused_before_it"),
    Row("A+tag@X.com and a+tag@x.com", "sign-up, roster",
        "requests.an_address_with_a_tag_is_one_account_whatever_its_case"
        " roster.one_address_is_one_person_for_one_owner"),
    Row("an address that has an account", "sign-up",
        "accounts.signing_up_with_a_known_address_looks_as_with_a_new_one"),
    Row("one's own address; one twice", 'roster',
        "roster.ones_own_address_is_taken_with_a_word_on_where_mail_will_go"
        " roster.one_address_is_one_person_for_one_owner"),
    Row("1:30", "duration",
        "durations.a_time_is_read_however_it_is_written times.a_text_means_what_it_means_on_the_sheet"),
    Row("90, 90m, 1.5, 1,5h, 1h30, 0:05", "duration",
        "durations.a_time_is_read_however_it_is_written times.a_text_means_what_it_means_on_the_sheet"),
    Row("-1, 0, 1:75, 25:00, 1e9, NaN, abc", "duration",
        "numbers.what_is_no_time_is_refused_wherever_hours_are_typed"
        " refusals.a_wrong_time_names_its_field_keeps_the_typing_and_saves_the_rest"
        " times.a_text_that_is_no_time_is_refused_by_its_cell"),
    Row("more than the day is long", "day sheet",
        "refusals.a_day_takes_what_its_length_allows"),
    Row("٣, １２", "numbers",
        "numbers.digits_of_all_scripts_are_digits_and_shown_as_ours"
        " durations.fullwidth_and_arabic_digits_are_digits"),
    Row("1_000, 0x10, 1e5, 1e1000000", "money, hours",
        "numbers.what_is_no_amount_is_refused_wherever_money_is_typed"
        " numbers.what_is_no_time_is_refused_wherever_hours_are_typed"
        " refusals.a_wrong_time_names_its_field_keeps_the_typing_and_saves_the_rest"),
    Row("NaN, Infinity, -0", "money, JSON",
        "numbers.what_is_no_amount_is_refused_wherever_money_is_typed"
        " times.a_body_that_is_no_object_of_json_is_400"),
    Row("1,50; 1.234,56; $12; 12.345", "rate",
        "money.amounts_are_read_as_people_write_them money.what_can_be_read_in_two_ways_is_refused"
        " numbers.what_is_no_amount_is_refused_wherever_money_is_typed"),
    Row("rate 0, negative, 100000", "rate",
        "numbers.a_rate_of_nothing_is_a_volunteers_and_one_of_too_much_a_slip"
        " numbers.what_is_no_amount_is_refused_wherever_money_is_typed"),
    Row("9223372036854775808", "id, integer",
        "numbers.a_number_that_no_database_holds_is_not_found_at_any_address"
        " numbers.nor_does_it_break_a_form_that_names_a_row"
        " times.a_field_that_is_wrong_is_named_and_nothing_is_saved"),
    Row("2026-02-30, 10000-01-01, 0001-01-01", "date",
        "numbers.what_is_no_day_is_refused_wherever_one_is_typed numbers.a_day_in_an_address_is_one_or_not_found"
        " fields.a_day_is_of_this_century"),
    Row("02/03/2026", "date box",
        "numbers.what_is_no_day_is_refused_wherever_one_is_typed numbers.a_day_in_an_address_is_one_or_not_found"),
    Row("a day to come, one before the account", "entry",
        "numbers.time_is_logged_for_tomorrow_at_most_and_for_any_day_before"),
    Row("02:30 that is not, or is twice", "timer",
        "timer.a_time_that_the_clocks_left_out_is_moved_and_that_is_said"
        " timer.of_a_time_that_came_twice_it_is_the_first_or_the_one_that_is_ticked"),
    Row("left on for three days", "timer",
        "forgotten.it_is_asked_about_once_and_not_a_second_before_the_limit"
        " timer.over_several_days_each_gets_its_own"),
    Row("stop before start", "timer",
        "timers.a_clock_set_back_takes_nothing_away timer.a_time_before_the_start_says_when_that_was"),
    Row("../../etc/passwd, '', …\\0, 100,000 signs", 'time zone',
        "numbers.what_is_no_zone_is_refused_wherever_one_is_chosen accounts.a_time_zone_that_is_none_stops_nobody"),
    Row("localtime, Factory, right/UTC, EST5EDT, UTC+25", "time zone",
        "numbers.what_is_no_zone_is_refused_wherever_one_is_chosen accounts.a_time_zone_that_is_none_stops_nobody"),
    Row("US/Pacific, Europe/Kiev", "time zone",
        "numbers.an_older_name_of_a_zone_is_taken_and_kept_by_the_one_in_use"),
    Row("=cmd|…, +1, -1, @x, tab, CR, ＝", "export",
        "requests.no_cell_of_an_export_is_a_formula requests.nor_is_one_of_the_report"),
    Row("[ × 100,000, 5,000 digits, double keys, no object", "JSON",
        "times.a_body_that_is_no_object_of_json_is_400"),
    Row("text/plain, another charset, another length", "JSON",
        "times.another_content_type_or_charset_is_415"
        " requests.a_head_that_is_too_much_is_refused_and_the_server_goes_on"),
    Row("2.5 MB + 1, 3,001 fields, 101 files, base64", "any POST",
        "requests.a_body_that_is_too_much_is_refused_whole_at_every_form"
        " requests.a_file_where_a_text_belongs_is_no_text"),
    Row("cookie of 100 kB, address of 64 kB, 500 headers", "any",
        "requests.a_head_that_is_too_much_is_refused_and_the_server_goes_on"),
    Row("next=//evil, /\\evil, https:evil, javascript:", "sign-in",
        "accounts.next_never_leads_away"),
    Row("Host: evil, X-Forwarded-Host: evil", "reset mail",
        "requests.a_made_up_host_gets_no_mail_out"
        " requests.links_in_mail_lead_to_the_site_of_the_settings_whatever_a_request_says"),
    Row("X-Forwarded-For", "limiter",
        "limits.a_peer_that_claims_to_be_another_is_still_counted"
        " limits.a_peer_is_whom_the_last_trusted_proxy_talked_to"
        " limits.behind_a_proxy_the_peer_is_the_one_that_the_proxy_names"),
    Row("a token with a flipped bit, cut, doubled, of another purpose, with . or %20", "/h/",
        "link.whatever_is_no_link_gets_the_same_page_byte_for_byte links.no_letter_of_it_can_be_another"
        " link.a_link_with_what_a_mail_program_glued_to_it_still_opens"),
    Row("expired, withdrawn, superseded", "/h/",
        "link.the_page_says_how_it_stands"),
    Row("accept with old terms, without a form of ours, after a no", "/h/…/accept/",
        "link.terms_other_than_those_offered_are_shown_anew_and_nothing_is_taken"
        " link.who_comes_too_late_reads_how_it_stands_and_the_try_is_written_down"
        " answers.a_form_that_no_page_of_ours_made_changes_nothing"),
    Row("accept and decline in one POST", "/h/…/accept/",
        "requests.accepting_and_declining_in_one_post_is_what_its_address_says"),
    Row("counter: rate 0, × 10, hours > week, note of 5,000", "/h/…/change/",
        "answers.terms_that_make_no_sense_are_named_and_kept"
        " numbers.what_makes_no_sense_in_a_change_of_terms_is_refused"),
    Row("hours of a day to come, before the start, 30 h, after the end", "/h/…/hours/",
        "link.hours_that_cannot_be_are_refused_by_name_and_the_typing_is_kept"
        " numbers.hours_by_link_are_of_a_day_that_has_come_in_the_term"),
    Row("a foreign id, owner=2, is_staff=1", "any form",
        "isolation.foreign_ids_in_forms_and_queries_reach_nothing requests.rights_cannot_be_slipped_in_at_sign_up"),
    Row("sort=password, filter=owner__…, _connector", "lists",
        "requests.a_list_is_not_steered_by_what_a_query_names"),
    Row("the second of two edits from two tabs", "edit",
        "tabs.what_another_tab_changed_is_shown_first_and_written_over_when_saved_again"),
    Row("PUT, DELETE, TRACE, PROPFIND", "any",
        "headers.every_address_by_every_method_is_strict"
        " requests.a_head_that_is_too_much_is_refused_and_the_server_goes_on"),
    Row("16 signs of the top list, 200, a leading blank, over 1,024", "sign-up",
        "requests.a_password_that_is_none_is_refused requests.any_other_is_kept_exactly"),
    Row("POST twice, without a cookie, GET", "unsubscribe",
        "unsubscribe.a_mail_program_stops_it_without_cookie_or_redirect"
        " unsubscribe.opening_the_link_changes_nothing"),
    Row("5,000 people, 1,000 tasks, 300 entries of a day", "pages",
        "roster.a_long_roster_has_pages_and_its_sums_are_of_all"),
    Row("a BOM, semicolons, tabs, CRLF, CR", "file of hours",
        "table.a_table_is_the_same_however_it_is_written_down importing.how_it_was_read_is_shown"),
    Row("UTF-16, Windows-1252", "file of hours",
        "table.it_is_said_what_the_text_was_written_in importing.how_it_was_read_is_shown"),
    Row("an unclosed quotation mark, a cell of 131,073 signs", "file of hours",
        "table.what_is_no_table_is_refused_with_the_reason importing.what_is_no_table_is_refused_and_not_kept"),
    Row("a header missing, there twice, unknown, alone; no byte", "file of hours",
        "reading.a_column_that_is_there_twice_and_needed_is_refused_by_name"
        " table.what_is_no_table_is_refused_with_the_reason"
        " importing.of_a_table_that_nobody_knows_the_owner_says_which_column_is_what"),
    Row("rows too short, too long", "file of hours",
        "reading.a_row_may_be_short_of_what_it_need_not_have_and_no_longer_than_the_header"
        " importing.a_line_that_cannot_be_read_is_named_and_the_others_can_be_added"),
    Row("a file again, a row twice", "file of hours",
        "adding.the_same_file_again_has_nothing_new importing.the_same_file_again_has_only_what_was_left_out"
        " adding.a_row_that_stands_there_twice_counts_twice_unless_its_owner_says_once"),
    Row("46088, 1900-02-29", "file of hours",
        "reading.the_whole_column_tells_how_its_days_are_written"
        " reading.what_is_no_day_is_refused_with_its_column_and_the_rest_is_read"),
    Row("02/03/2026 in every row", "file of hours",
        "importing.dates_that_can_be_read_two_ways_are_asked_about_before_anything_is_added"),
    Row("PNG, ZIP, XLSX, HTML named .csv", "file of hours",
        "table.what_is_no_table_is_refused_with_the_reason importing.what_is_no_table_is_refused_and_not_kept"),
    Row("20,001 rows, 5 MB and a byte", "file of hours",
        "table.what_is_no_table_is_refused_with_the_reason importing.a_file_over_five_megabytes_is_refused"),
]  # fmt: skip


@cache
def defined_in(name: str) -> set[str]:
    tree = ast.parse((ROOT / FOLDERS[name]).read_text())
    return {node.name.removeprefix("test_") for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.typed)
def test_a_row_is_held_by_tests_that_are_there(row: Row) -> None:
    for each in row.tests.split():
        file, _, test = each.partition(".")
        assert test in defined_in(file), f"{FOLDERS[file]} has no test_{test}"


def test_the_rows_are_counted() -> None:
    held = {each for row in ROWS for each in row.tests.split()}
    print(f"\n{len(ROWS)} rows held by {len(held)} tests")
    assert len({row.typed for row in ROWS}) == len(ROWS)
