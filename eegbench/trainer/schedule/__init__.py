"""Schedules: the learning rate's factor at each step."""

from eegbench.trainer.schedule.base import Schedule

__all__ = ["Schedule"]
