"""The store: one shard a recording on disk, opened as one table of windows that gathers batches."""

from eegbench.store.shard import Shard, open_shard, write_shard

__all__ = ["Shard", "open_shard", "write_shard"]
