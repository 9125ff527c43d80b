"""
The matcher: which tasks to hand to whom, within hours, budget and the owner's wishes, and why not otherwise.

Pure: an instance in, a plan and reasons out, in whole minutes and whole cents a week. The model is
MATCHING.md: `worth` and `rules` are its arithmetic, `greedy` and `programme` the search, `plan` the answer.
"""

from .instances import Assistant, BadInstance, Briefed, Exclusion, Instance, Kept, Owner, Pair, Task
from .plan import BrokenPlan, Plan, Proposal, Reason, check, keep_price, left_out, solve, why_not
from .worth import Zone, drain, pull, weigh, zone

__all__ = [
    "Assistant",
    "BadInstance",
    "Briefed",
    "BrokenPlan",
    "Exclusion",
    "Instance",
    "Kept",
    "Owner",
    "Pair",
    "Plan",
    "Proposal",
    "Reason",
    "Task",
    "Zone",
    "check",
    "drain",
    "keep_price",
    "left_out",
    "pull",
    "solve",
    "weigh",
    "why_not",
    "zone",
]
