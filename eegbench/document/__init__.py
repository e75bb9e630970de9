"""Parts of documents: self-contained HTML pages, and references in BibTeX."""
