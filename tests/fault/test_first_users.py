"""Users who start their first runs at the same time, with the same recordings, build each shard once."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from fault.killing import run
from fault.toy_command import options_in, words_for

N_USERS = 8


@pytest.mark.study
def test_eight_first_users_build_each_shard_once(tmp_path):
    options, stores = options_in(tmp_path), f"paths.stores={tmp_path / 'stores'}"
    more = [stores, "dataset.n_subjects=4", "trainer.max_passes=0", "tracking=folder"]

    def start(number):
        outputs, log = tmp_path / f"outputs_{number}", tmp_path / f"{number}.txt"
        return run([*words_for(options, outputs), *more], outputs, log)[0], log.read_text()

    with ThreadPoolExecutor(N_USERS) as users:
        ended = list(users.map(start, range(N_USERS)))
    built = [re.search(r"(\d+) shards? built, (\d+) in use", text) for _, text in ended]
    assert [found and found[2] for found in built] == ["4"] * N_USERS, ended
    assert sum(int(found[1]) for found in built if found) == 4
    assert len(list((tmp_path / "stores/shards").iterdir())) == 4  # nothing half-made is left
