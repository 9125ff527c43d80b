"""
The Celery app. A job is a doorbell: it carries ids, and losing one loses nothing.

What is due stands in the database, and beat rings often enough that a lost bell
costs seconds (CELERY_BEAT_SCHEDULE in settings).
"""

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun
from django import db

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "delegator.settings")

app = Celery("delegator")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Celery calls its units tasks; ours are jobs, because a task is the owner's.
app.autodiscover_tasks(related_name="jobs")
# Left to itself Celery opens the database anew for each job, which costs as much as writing and sending an email.
app.conf.CELERY_DB_REUSE_MAX = sys.maxsize


@task_prerun.connect
@task_postrun.connect
def close_old_connections(**_: Any) -> None:
    """Jobs keep a connection as requests do: for CONN_MAX_AGE, and looked at before it is used again."""
    db.close_old_connections()
