"""Search for finished runs in MLflow's store, and access to their parameters, scores and files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from eegbench.config import read_json
from eegbench.own_files import is_own_file
from eegbench.text import near
from eegbench.tracking.database import Client, Place, connect, quiet
from eegbench.tracking.database_file import FILE
from eegbench.tracking.links import run_page
from eegbench.tracking.mlflow import PARENT, UI_ADDRESS
from eegbench.tracking.mlflow_run import RESUMED
from eegbench.tracking.record import RECORD
from eegbench.tracking.stored_runs import stored_runs

PAGE = 1000


@dataclass(frozen=True)
class FinishedRun:
    """A run as stored in MLflow.

    Attributes
    ----------
    id, name
        MLflow's id and name of the run.
    experiment, experiment_id
        Experiment of the run.
    status
        ``FINISHED``, ``RUNNING``, ``FAILED``, ``KILLED`` or ``SCHEDULED``.
    parameters, tags
        Logged values; parameters by dotted option name.
    files
        Address of the folder with the run's files.
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
    files: str
    link: str

    def __str__(self) -> str:
        return f"{self.name!r} ({self.id[:8]})"


class Archive:
    """Read-only access to the runs of a tracking store.

    Parameters
    ----------
    place
        Location of the store.
    aside
        Local folder for files downloaded from a server.

    Raises
    ------
    ValueError
        If the store does not answer.
    FileNotFoundError
        If there is no database yet.
    """

    def __init__(self, place: Place, aside: Path) -> None:
        _check_database(place)
        self.place, self.aside = place, aside
        self.client: Client = connect(place)

    def find(self, *, experiment: str | None, parent: str | None, filter_: str | None) -> list[FinishedRun]:
        """Return all runs that satisfy every given condition, oldest first.

        Parameters
        ----------
        experiment
            Name of an MLflow experiment; None for all.
        parent
            Id of the parent run; None for all.
        filter_
            Filter in MLflow's search syntax, such as ``params.`trainer.lr` = '0.001'``; None for all.

        Raises
        ------
        ValueError
            If there is no such experiment or parent, or MLflow cannot parse the filter.
        """
        names = {str(one.experiment_id): str(one.name) for one in self._experiments()}
        ids = list(names) if experiment is None else [_id_of(experiment, names)]
        if parent is not None:
            self._check_run(parent)
        if self.place.uri.startswith(FILE) and not filter_:
            file = Path(self.place.uri.removeprefix(FILE))
            return [self._finished(names[one.experiment_id], **vars(one)) for one in stored_runs(file, ids, parent)]
        conditions = [filter_] if filter_ else []
        if parent is not None:
            conditions.append(f"tags.`{PARENT}` = '{parent}'")
        found = self._search(ids, " and ".join(conditions))
        return [self._run(one, names[one.info.experiment_id]) for one in found]

    def get(self, run_id: str) -> FinishedRun:
        """Return a run by its id.

        Raises
        ------
        ValueError
            If there is no such run.
        """
        self._check_run(run_id)
        run = self.client.get_run(run_id)
        return self._run(run, str(self.client.get_experiment(run.info.experiment_id).name))

    def fetch(self, run: FinishedRun, name: str) -> Path | None:
        """Return the local path of one of the run's files, downloaded if necessary; None if there is no such file.

        Parameters
        ----------
        run
            The run.
        name
            Path of the file relative to the run's folder.
        """
        place = urlsplit(run.files)
        if place.scheme in ("", "file"):
            own = Path(unquote(place.path))
            return own / name if is_own_file(own / name, own) else None
        if self.place.uri.startswith(FILE):  # it may come from a stranger, and name any server
            return None
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
        return self._finished(
            experiment,
            id=info.run_id,
            name=info.run_name or info.run_id,
            experiment_id=info.experiment_id,
            status=info.status,
            parameters=run.data.params,
            tags=run.data.tags,
            files=info.artifact_uri,
        )

    def _finished(self, experiment: str, *, id: str, experiment_id: str, **facts: Any) -> FinishedRun:  # noqa: A002
        address = self.place.public_uri.rstrip("/") if self.place.uri.startswith("http") else UI_ADDRESS
        link = run_page(address, experiment_id, id)
        parameters, tags = facts.pop("parameters"), facts["tags"]
        resumed = {key.removeprefix(RESUMED): value for key, value in tags.items() if key.startswith(RESUMED)}
        facts["parameters"] = {**parameters, **resumed} if resumed else parameters
        return FinishedRun(id=id, experiment=experiment, experiment_id=experiment_id, link=link, **facts)


def parent_id(word: str, place: Place) -> str:
    """Return a run's id, given the id itself or a sweep's folder with a ``tracking.json``.

    Raises
    ------
    ValueError
        If the folder's run is in another tracking store.
    FileNotFoundError
        If the folder has no ``tracking.json``.
    """
    folder = Path(word)
    if not folder.is_dir():
        return word
    records = [path for path in (folder / RECORD, folder / "sweep" / RECORD) if path.is_file()]
    if not records:
        raise FileNotFoundError(f"--parent {folder}: there is no {RECORD} in it, nor in its folder sweep.")
    facts = read_json(records[0])
    kept = str(facts.get("uri"))
    own = Path(place.uri.removeprefix(FILE)).parent  # the outputs folder may have been moved
    is_inside = place.uri.startswith(FILE) and folder.resolve().is_relative_to(own)
    if kept != place.public_uri and not is_inside:
        raise ValueError(
            f"--parent {folder}: its run is logged in {kept}, not in {place.public_uri}; add --tracking-uri {kept}"
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
    there = names.values()
    raise ValueError(
        f"there is no experiment {experiment!r}{near(experiment, there)}; there are {', '.join(sorted(there))}."
    )
