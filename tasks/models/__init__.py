"""The owner, their tasks and the time these take."""

from . import addresses  # noqa: F401 - a lookup for all models
from .owner import BestHour, DayOff, Owner, new_pid
from .task import Brief, Score, Skill, Task, TaskQuerySet, TaskSkill
from .time import EntryChange, TimeEntry, TimeFile, Timer, WeekTotal

__all__ = [
    "BestHour",
    "Brief",
    "DayOff",
    "EntryChange",
    "Owner",
    "Score",
    "Skill",
    "Task",
    "TaskQuerySet",
    "TaskSkill",
    "TimeEntry",
    "TimeFile",
    "Timer",
    "WeekTotal",
    "new_pid",
]
