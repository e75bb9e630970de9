"""What a paper's Methods section says of a run, written from its options and from what was really done.

Conventions
-----------
Each class that an option names has a *clause*: a template or a function that puts its options into words, in the module
of its group. What a clause does not say is added in parentheses by name and value, so no option is left out in silence.
"""
