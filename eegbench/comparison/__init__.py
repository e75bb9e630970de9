"""Compare many finished runs: one table of groups and controls, with intervals, paired tests and figures."""
