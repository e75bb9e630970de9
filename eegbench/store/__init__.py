"""Store of preprocessed recordings: one shard per recording on disk, opened as one table of windows."""

from eegbench.store.shard import Shard, open_shard, write_shard

__all__ = ["Shard", "open_shard", "write_shard"]
