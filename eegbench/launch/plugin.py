"""Registration of our plugins with Hydra, which loads plugins only from modules named ``hydra_plugins.…``."""

import sys
import types

from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins
from hydra_plugins.hydra_joblib_launcher.config import JobLibLauncherConf

NAME = "hydra_plugins.eegbench"


def register() -> None:
    """Register the sweeper, and our launcher with the options of Hydra's ``hydra/launcher=joblib``."""
    from eegbench.launch.joblib import Joblib
    from eegbench.sweep.optuna import Optuna

    module = types.ModuleType(NAME)
    for plugin in (Joblib, Optuna):
        plugin.__module__ = NAME
        setattr(module, plugin.__name__, plugin)
        Plugins.instance().register(plugin)
    sys.modules[NAME] = module
    options = JobLibLauncherConf(_target_=f"{NAME}.{Joblib.__name__}")
    ConfigStore.instance().store(group="hydra/launcher", name="joblib", node=options, provider="eegbench")
