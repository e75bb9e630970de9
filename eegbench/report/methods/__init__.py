"""Text for the Methods section of a paper, written from the options and results of a run.

Conventions
-----------
Each class that an option names has a *clause* in the module of its group: a template or a function that describes its
settings. Settings that a clause does not mention are added in parentheses by name and value, so no option is missing.
"""
