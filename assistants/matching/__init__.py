"""
The matcher: which tasks to hand to whom, within hours, budget and the owner's wishes, and why not otherwise.

Pure: an instance in, a plan and reasons out, in whole minutes and whole cents a week. The model is
MATCHING.md: `worth` and `rules` are its arithmetic, `greedy` and `programme` the search, `plan` the answer,
`reasons` and `levers` what is said of it, `ahead` the months to come. Begin with these:

    plan = solve(instance, limit=2.0)       the best plan found in that many seconds
    explain(instance, plan)                 why each task goes or stays, and who comes next
    why_not(instance, plan, task, person)   the same for any two
    levers(instance, plan)                  what one step more would bring
    more_budget(instance, plan)             the least money that lets more go
    way_out(instance, plan, task)           the smallest change that lets one task go
    ahead(instance, steps=13)               the plan of every four weeks to come
    needs(ahead)                            what that means for each set of skills
"""

from .ahead import Ahead, GivenBack, Short, Step, ahead
from .instances import Assistant, BadInstance, Briefed, Exclusion, Instance, Kept, Owner, Pair, Task
from .levers import Change, Goes, Lever, change, levers, more_budget
from .needs import Hire, Need, Needs, needs
from .plan import BrokenPlan, Plan, Proposal, check, recall, solve
from .reasons import Explanation, Reason, explain, keep_price, left_out, why_not
from .way_out import Way, way_out
from .worth import Zone, drain, pull, weigh, zone

__all__ = [
    "Ahead",
    "Assistant",
    "BadInstance",
    "Briefed",
    "BrokenPlan",
    "Change",
    "Exclusion",
    "Explanation",
    "GivenBack",
    "Goes",
    "Hire",
    "Instance",
    "Kept",
    "Lever",
    "Need",
    "Needs",
    "Owner",
    "Pair",
    "Plan",
    "Proposal",
    "Reason",
    "Short",
    "Step",
    "Task",
    "Way",
    "Zone",
    "ahead",
    "change",
    "check",
    "drain",
    "explain",
    "keep_price",
    "left_out",
    "levers",
    "more_budget",
    "needs",
    "pull",
    "recall",
    "solve",
    "way_out",
    "weigh",
    "why_not",
    "zone",
]
