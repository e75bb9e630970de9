"""Start verbs under Hydra: overrides, multiruns, worker processes, help and error messages."""
