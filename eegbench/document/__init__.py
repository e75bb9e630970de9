"""The parts that written documents share: HTML pages that need no other file, and references in BibTeX."""
