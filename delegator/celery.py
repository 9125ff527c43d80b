"""
The Celery app. A job is a doorbell: it carries ids, and losing one loses nothing.

What is due stands in the database, and beat rings often enough that a lost bell
costs seconds (CELERY_BEAT_SCHEDULE in settings).
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "delegator.settings")

app = Celery("delegator")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Celery calls its units tasks; ours are jobs, because a task is the owner's.
app.autodiscover_tasks(related_name="jobs")
