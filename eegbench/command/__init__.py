"""Commands: each reads like a paragraph, from options to results."""
