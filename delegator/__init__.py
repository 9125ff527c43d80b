"""Composes the two apps into the product. It imports both; neither imports it."""

from .celery import app as celery_app

__all__ = ["celery_app"]
