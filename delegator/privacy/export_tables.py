"""What an owner's export holds: a file for each kind of thing, and what is left out of it, with the reason."""

from __future__ import annotations

from typing import NamedTuple


class Table(NamedTuple):
    """One file: its name, the rows of which model, by which way they are the owner's, and what they are."""

    name: str
    model: str
    way: str
    said: str
    # What opens something, or serves the machine alone.
    without: tuple[str, ...] = ()


YOU = [
    Table(
        "profile",
        "tasks.Owner",
        "pk",
        "You: your business, your vision and your settings. A work day and the timer's limit are seconds; work days "
        "are numbers, 1 is Monday.",
        ("password", "pid"),
    ),
    Table("best_hours", "tasks.BestHour", "owner", "What an hour of your best work is worth, from which day on."),
    Table("days_off", "tasks.DayOff", "owner", "Days on which you do not work, both ends included."),
    Table("addresses", "account.EmailAddress", "user", "The addresses of your account; which are confirmed."),
    Table(
        "address_changes",
        "delegator.AddressChange",
        "owner",
        "Another address that you want and have not confirmed yet.",
        ("pid",),
    ),
    Table(
        "second_steps",
        "mfa.Authenticator",
        "user",
        "The second steps of your sign-in: an app, recovery codes, passkeys.",
        ("data",),
    ),
    Table(
        "sign_ins",
        "delegator.Session",
        "owner",
        "Browsers in which you are signed in, and until when.",
        ("key_hash", "data"),
    ),
]
WORK = [
    Table("skills", "tasks.Skill", "owner", "The skills you have named."),
    Table(
        "tasks",
        "tasks.Task",
        "owner",
        "Your tasks, also those you took off your list. Loathe and excel go from 1 to 5; the estimate is seconds a "
        "work day, growth is percent a year.",
    ),
    Table("task_skills", "tasks.TaskSkill", "task__owner", "The least level of a skill, 1 to 5, that a task needs."),
    Table("scores", "tasks.Score", "task__owner", "What you said of a task, each time you scored it."),
    Table("briefs", "tasks.Brief", "task__owner", "How each task is done, in every version you wrote."),
    Table("entries", "tasks.TimeEntry", "owner", "The time you logged: seconds on one of your days, for one task."),
    Table(
        "entry_changes",
        "tasks.EntryChange",
        "owner",
        "What each entry was before and after each change, in seconds.",
        ("key",),
    ),
    Table(
        "week_totals",
        "tasks.WeekTotal",
        "owner",
        "Seconds of a task in a week from Monday on; the days that have them as bits, 1 is Monday and 64 is Sunday.",
    ),
    Table("timers", "tasks.Timer", "owner", "The timer that runs now, if one does."),
    Table("time_file", "tasks.TimeFile", "owner", "A file of hours that you chose and have not added yet."),
]
HELP = [
    Table(
        "assistants",
        "assistants.Assistant",
        "owner",
        "The people on your roster, your notes on them, and their rate an hour in your currency.",
    ),
    Table("assistant_skills", "assistants.AssistantSkill", "assistant__owner", "How well they do something, 1 to 5."),
    Table("absences", "assistants.Absence", "assistant__owner", "Days on which they are away, both ends included."),
    Table("wishes", "assistants.Wish", "owner", "What you told the plan about a task, or a task with a person."),
    Table(
        "plans",
        "assistants.Plan",
        "owner",
        "Plans that were made for you lately, with what they were made from.",
        ("patience", "rung_at", "ahead_rung_at"),
    ),
    Table("hand_offs", "assistants.Handoff", "owner", "Your hand-offs, with their briefs and how they stand."),
    Table(
        "terms",
        "assistants.Terms",
        "handoff__owner",
        "The terms of a hand-off in each version: minutes a week, rate an hour, start, percent of the task.",
    ),
    Table("stand_ins", "assistants.StandIn", "handoff__owner", "Who is asked if the one before cannot, in order."),
    Table(
        "offers",
        "assistants.Offer",
        "handoff__owner",
        "A hand-off put to one person, and their answer. Terms and proposed are rows of the terms.",
        ("pid", "epoch"),
    ),
    Table(
        "hand_off_events",
        "assistants.HandoffEvent",
        "handoff__owner",
        "All that happened to your hand-offs, in order, with what was said.",
    ),
    Table(
        "work_logs",
        "assistants.WorkLog",
        "handoff__owner",
        "Hours that assistants logged, in seconds, with rate and amount in your currency, how you decided, and the "
        "day on which you marked them as paid. Your statements are made from these.",
    ),
]
PRODUCT = [
    Table(
        "emails",
        "assistants.OutgoingEmail",
        "owner",
        "Emails written for you, to you and to assistants: to whom, when, what became of them, and what they say "
        "(facts), from which the text is made.",
        ("lease_token", "lease_until"),
    ),
    Table("summaries", "delegator.WeeklySummary", "owner", "Your weekly summaries, and what they said."),
    Table("reminders", "delegator.AheadReminder", "owner", "Months in which you asked to hear of the plan ahead."),
]
TABLES = [*YOU, *WORK, *HELP, *PRODUCT]

# Models whose rows lead to an owner and are in no file.
LEFT_OUT = {
    "account.EmailConfirmation": "no row is ever made: the links that confirm an address are not kept",
    "admin.LogEntry": "the operator's own log of what was done on the operator's page",
    "delegator.ClosedAccount": "belongs to accounts that are closed, which nobody can export any more",
    "tasks.Owner_groups": "there are no groups",
    "tasks.Owner_user_permissions": "there are no permissions but that of an operator, which is in the profile",
}
