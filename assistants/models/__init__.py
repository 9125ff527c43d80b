"""Assistants, hand-offs and their offers, hours worked, and every email the app means to send."""

from .handoff import Handoff, HandoffEvent, HandoffQuerySet, Offer, Terms, WorkLog
from .mail import OutgoingEmail
from .person import Assistant, AssistantSkill, NeverMail
from .plan import Plan, Wish

__all__ = [
    "Assistant",
    "AssistantSkill",
    "Handoff",
    "HandoffEvent",
    "HandoffQuerySet",
    "NeverMail",
    "Offer",
    "OutgoingEmail",
    "Plan",
    "Terms",
    "Wish",
    "WorkLog",
]
