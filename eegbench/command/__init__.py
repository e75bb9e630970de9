"""Commands of the package, from options to results."""
