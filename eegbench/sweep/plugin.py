"""Registration of the sweeper with Hydra, which loads plugins only from modules named ``hydra_plugins.…``."""

import sys
import types

from hydra.core.plugins import Plugins


def register() -> None:
    """Register the sweeper as ``hydra_plugins.eegbench.Optuna``."""
    from eegbench.sweep.optuna import Optuna

    module = types.ModuleType("hydra_plugins.eegbench")
    Optuna.__module__ = module.__name__
    module.Optuna = Optuna  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module
    Plugins.instance().register(Optuna)
