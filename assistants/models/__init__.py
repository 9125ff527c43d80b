"""Assistants, hand-offs and their offers, hours worked, and every email the app means to send."""

from .handoff import Handoff, HandoffQuerySet, Offer, StandIn, Terms
from .history import HandoffEvent
from .mail import OutgoingEmail, Pump
from .plan import Plan, Wish
from .roster import Absence, Assistant, AssistantSkill, LinkRequest, NeverMail
from .work import Nonce, WorkLog, WorkLogQuerySet

__all__ = [
    "Absence",
    "Assistant",
    "AssistantSkill",
    "Handoff",
    "HandoffEvent",
    "HandoffQuerySet",
    "LinkRequest",
    "NeverMail",
    "Nonce",
    "Offer",
    "OutgoingEmail",
    "Plan",
    "Pump",
    "StandIn",
    "Terms",
    "Wish",
    "WorkLog",
    "WorkLogQuerySet",
]
