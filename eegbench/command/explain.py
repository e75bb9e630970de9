"""Explain the network of a finished run; the maps are added to the run's folder and to its page in MLflow."""

from collections.abc import Sequence

from omegaconf import DictConfig

from eegbench.launch.exit_status import failed
from eegbench.launch.explained_runs import explain_one, explain_runs
from eegbench.launch.override import one_word_flags, with_home
from eegbench.launch.process import as_job
from eegbench.launch.run import run_verb
from eegbench.launch.run_config import with_run_config
from eegbench.launch.run_list import asked_runs


def main(argv: Sequence[str]) -> int:
    """Run ``eegbench explain`` with Hydra overrides; return the exit status."""
    try:
        words = with_run_config(with_home(one_word_flags(argv)), "explain")
        runs = asked_runs(words)
    except (ValueError, OSError) as error:
        return failed(error)
    if not runs:
        return run_verb(explain, config_name="explain", argv=words)
    return explain_runs(runs, [word for word in words if not word.startswith("run=")])


@as_job
def explain(config: DictConfig) -> None:
    """Explain one finished run."""
    explain_one(config, tried={})
