"""Finished runs become one table: read, grouped, checked for what cannot stand together, compared, written."""
