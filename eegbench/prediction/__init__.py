"""Predictions of a saved network for new recordings: files for other programs, and scores if there are labels."""
