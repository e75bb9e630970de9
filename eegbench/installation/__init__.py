"""Checks of an installation: packages, machine, folders of recordings, stored data and tracking."""

from eegbench.installation.finding import Finding, State

__all__ = ["Finding", "State"]
