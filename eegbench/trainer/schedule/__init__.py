"""Schedules: factors on the learning rate at each step."""

from eegbench.trainer.schedule.base import Schedule

__all__ = ["Schedule"]
