"""Finds finished runs where MLflow keeps them, and hands out what they were, what they scored and their files."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from eegbench.config import read_json
from eegbench.tracking.database import FILE, Client, Place, connect, quiet
from eegbench.tracking.mlflow import RECORD, UI_ADDRESS

PARENT = "mlflow.parentRunId"
PAGE = 1000


@dataclass(frozen=True)
class FinishedRun:
    """A run as MLflow keeps it.

    Attributes
    ----------
    id, name
        What MLflow calls it.
    experiment, experiment_id
        The experiment that it belongs to.
    status
        ``FINISHED``, ``RUNNING``, ``FAILED``, ``KILLED`` or ``SCHEDULED``.
    parameters, tags, metrics
        What was logged, parameters by their dotted option names; metrics are the last of each.
    files
        Address of the folder that holds the run's files.
    link
        Address of the run's page in MLflow's user interface.
    """

    id: str
    name: str
    experiment: str
    experiment_id: str
    status: str
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    metrics: Mapping[str, float]
    files: str
    link: str

    def __str__(self) -> str:
        return f"{self.name!r} ({self.id[:8]})"


class Archive:
    """The runs that a place keeps, to read and never to change.

    Parameters
    ----------
    place
        Where MLflow keeps them.
    aside
        A folder for files that must be fetched from a server.

    Raises
    ------
    ValueError
        Where the place does not answer.
    FileNotFoundError
        Where there is no database yet.
    """

    def __init__(self, place: Place, aside: Path) -> None:
        _check_database(place)
        self.place, self.aside = place, aside
        self.client: Client = connect(place)

    def find(self, *, experiment: str | None, parent: str | None, filter_: str | None) -> list[FinishedRun]:
        """Return all runs to which every condition that is given applies, oldest first.

        Parameters
        ----------
        experiment
            Name of an MLflow experiment; None for all.
        parent
            Id of the run that started them.
        filter_
            A filter as MLflow's pages take it, such as ``params.`trainer.lr` = '0.001'``.

        Raises
        ------
        ValueError
            Where there is no such experiment or parent, or MLflow cannot read the filter.
        """
        names = {str(one.experiment_id): str(one.name) for one in self._experiments()}
        conditions = [filter_] if filter_ else []
        if parent is not None:
            self._check_run(parent)
            conditions.append(f"tags.`{PARENT}` = '{parent}'")
        ids = list(names) if experiment is None else [_id_of(experiment, names)]
        found = self._search(ids, " and ".join(conditions))
        return [self._run(one, names[one.info.experiment_id]) for one in found]

    def get(self, run_id: str) -> FinishedRun:
        """Return a run by its id.

        Raises
        ------
        ValueError
            Where there is no such run.
        """
        self._check_run(run_id)
        run = self.client.get_run(run_id)
        return self._run(run, str(self.client.get_experiment(run.info.experiment_id).name))

    def fetch(self, run: FinishedRun, name: str) -> Path | None:
        """Return the local path of one of the run's files, fetched where it is elsewhere; None where it has none.

        Parameters
        ----------
        run
            The run.
        name
            Path of the file below the run's folder.
        """
        place = urlsplit(run.files)
        if place.scheme in ("", "file"):
            path = Path(unquote(place.path)) / name
            return path if path.is_file() else None
        folder = self.aside / run.id
        folder.mkdir(parents=True, exist_ok=True)
        with quiet():
            if name not in {one.path for one in self.client.list_artifacts(run.id, name.rpartition("/")[0] or None)}:
                return None
            return Path(self.client.download_artifacts(run.id, name, str(folder)))

    def _experiments(self) -> Iterator[Any]:
        token: str | None = ""
        while token is not None:
            page = self.client.search_experiments(max_results=PAGE, page_token=token or None)
            yield from page
            token = page.token or None

    def _search(self, experiments: Sequence[str], condition: str) -> list[Any]:
        from mlflow.exceptions import MlflowException

        found: list[Any] = []
        token: str | None = ""
        try:
            while token is not None:
                page = self.client.search_runs(
                    list(experiments), condition, max_results=PAGE, order_by=["start_time"], page_token=token or None
                )
                found += page
                token = page.token or None
        except MlflowException as error:
            raise ValueError(
                f"MLflow cannot read the filter {condition!r} ({str(error).splitlines()[0]}); write for example "
                "--filter \"tags.model = 'chambon2018' and params.`trainer.lr` = '0.001'\"."
            ) from error
        return found

    def _check_run(self, run_id: str) -> None:
        from mlflow.exceptions import MlflowException

        try:
            self.client.get_run(run_id)
        except MlflowException as error:
            raise ValueError(
                f"there is no run {run_id} in {self.place.public_uri}; name a run's id, or the folder of a sweep."
            ) from error

    def _run(self, run: Any, experiment: str) -> FinishedRun:
        info = run.info
        address = self.place.public_uri.rstrip("/") if self.place.uri.startswith("http") else UI_ADDRESS
        return FinishedRun(
            id=info.run_id,
            name=info.run_name or info.run_id,
            experiment=experiment,
            experiment_id=info.experiment_id,
            status=info.status,
            parameters=run.data.params,
            tags=run.data.tags,
            metrics=run.data.metrics,
            files=info.artifact_uri,
            link=f"{address}/#/experiments/{info.experiment_id}/runs/{info.run_id}",
        )


def parent_id(word: str, place: Place) -> str:
    """Return the id of the run that a word names: itself, or the one in the ``tracking.json`` of a sweep's folder.

    Raises
    ------
    ValueError
        Where the folder's run is kept elsewhere.
    FileNotFoundError
        Where the folder has no ``tracking.json``.
    """
    folder = Path(word)
    if not folder.is_dir():
        return word
    records = [path for path in (folder / RECORD, folder / "sweep" / RECORD) if path.is_file()]
    if not records:
        raise FileNotFoundError(f"--parent {folder}: there is no {RECORD} in it, nor in its folder sweep.")
    facts = read_json(records[0])
    kept = str(facts.get("uri"))
    own = Path(place.uri.removeprefix(FILE)).parent  # an outputs folder may have been moved together with its database
    is_inside = place.uri.startswith(FILE) and folder.resolve().is_relative_to(own)
    if kept != place.public_uri and not is_inside:
        raise ValueError(
            f"--parent {folder}: its run is kept in {kept}, not in {place.public_uri}; add --tracking-uri {kept}"
        )
    return str(facts.get("run_id"))


def _check_database(place: Place) -> None:
    file = Path(place.uri.removeprefix("sqlite:///"))
    if place.uri.startswith("sqlite:") and not file.is_file():
        raise FileNotFoundError(
            f"no runs yet: there is no {file}; run `eegbench train`, or name another with --outputs FOLDER."
        )


def _id_of(experiment: str, names: Mapping[str, str]) -> str:
    for id_, name in names.items():
        if name == experiment:
            return id_
    near = difflib.get_close_matches(experiment, names.values(), n=1)
    guess = f", did you mean {near[0]}?" if near else ""
    raise ValueError(f"there is no experiment {experiment!r}{guess}; there are {', '.join(sorted(names.values()))}.")
