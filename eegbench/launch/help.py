"""Text of ``--help`` for verbs with overrides; Hydra's own help is slower and shows less."""

from collections.abc import Sequence
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import DictConfig, open_dict

from eegbench.config import check_options_folder, conf_folder
from eegbench.launch.help_comments import commented

TRAIN = """Train an encoder on EEG, evaluate it with probes, and write scores, figures and models to a folder.

usage: eegbench train [-m] [GROUP=OPTION] [KEY=VALUE] ...

  eegbench train dataset=sleep_physionet model=stager_net trainer.lr=1e-3 seed=3
  eegbench train -m seed=1,2,3               one run for each value
  eegbench train -m hydra/sweeper=optuna 'trainer.lr=tag(log,interval(1e-4,1e-2))'    a search; docs/sweeps.md
  eegbench train +sweep=encoder_and_sampler  a search over a shipped search space
  eegbench train -m … sweep.dry_run=true     print what would run
  eegbench train resume=FOLDER               finish an interrupted run
  eegbench train encoder=FOLDER dataset=…    start from a finished run's encoder
  torchrun --nproc-per-node 2 -m eegbench train trainer=ddp …   one training in two processes or on two GPUs
  eegbench train --cfg job                   print the composed options, run nothing
  eegbench train --config-dir FOLDER …       your own options, before the shipped ones
  eegbench train --hydra-help                Hydra's flags

== Groups: choose one of each with GROUP=OPTION; of probe and interpretability several, as probe=[linear,knn] ==

{groups}

== Values: set any with KEY=VALUE ==

{values}"""


EXPLAIN = """Compute attribution maps of a finished run and their checks; write them to its folder and to MLflow.

usage: eegbench explain run=FOLDER [interpretability=METHOD] [KEY=VALUE] ...

  eegbench explain run=outputs/runs/FOLDER interpretability=amplitude_perturbation
  eegbench explain run=outputs/runs/FOLDER 'interpretability=[amplitude_gradient,occlusion]' explain.split=train
  eegbench explain run=outputs/runs/FOLDER 'explain.bands_hz=[[mu,7,14]]'

== Groups: choose one with GROUP=OPTION, or several with GROUP=[OPTION,OPTION] ==

{groups}

== Values: set any with KEY=VALUE ==

{values}"""

TEXTS = {"train": TRAIN, "explain": EXPLAIN}
GROUPS = {"explain": ("interpretability",)}
"""Groups that a verb accepts, for verbs that do not accept all."""


def help_text(config_name: str, words: Sequence[str], user_folder: str | None) -> str:
    """Compose the config with these overrides, and describe groups and values."""
    overrides = [word for word in words if "=" in word and not word.startswith("-")]
    config = composed(config_name, overrides, user_folder, with_hydra=True)
    choices = config.hydra.runtime.choices
    with open_dict(config):
        del config["hydra"]
    folders = [*([Path(user_folder)] if user_folder else []), conf_folder()]
    every = {name: options for name, options in groups_of(folders).items() if name in GROUPS.get(config_name, (name,))}
    groups = "\n".join(f"  {group}: {', '.join(options)}" for group, options in every.items())
    return TEXTS[config_name].format(groups=groups, values=commented(config, choices, config_name, folders))


def composed(
    config_name: str, overrides: Sequence[str] = (), user_folder: str | None = None, *, with_hydra: bool = False
) -> DictConfig:
    """Compose a config as a run would, without running anything.

    Parameters
    ----------
    config_name
        Name of the root config.
    overrides
        Overrides as typed on the command line.
    user_folder
        Folder of the user's own options, which take precedence over shipped ones.
    with_hydra
        Whether to include Hydra's own options, under ``hydra``.
    """
    check_options_folder(user_folder)
    GlobalHydra.instance().clear()
    search = [f"hydra.searchpath=['file://{Path(user_folder).resolve()}']"] if user_folder else []
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        return compose(config_name, overrides=[*search, *overrides], return_hydra_config=with_hydra)


def groups_of(folders: Sequence[Path]) -> dict[str, list[str]]:
    """Return the options of each group in folders of options."""
    found: dict[str, set[str]] = {}
    for folder in folders:
        for path in folder.rglob("*.yaml"):
            group = path.parent.relative_to(folder).as_posix()
            if group != ".":
                found.setdefault(group, set()).add(path.stem)
    return {group: sorted(options) for group, options in sorted(found.items())}
