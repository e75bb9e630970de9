"""Experts who staged the same nights, and models beside them: read, compared, written."""
