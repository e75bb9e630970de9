"""Objects from options: a constructor's signature is the schema of its YAML, and only trusted classes are built."""

from eegbench.config.annotation import ConfigError, check_names, fill, is_node
from eegbench.config.chosen import register as _register_resolver
from eegbench.config.default import changed_options
from eegbench.config.effect import NO_EFFECT, REMOVED, may_change, renamed
from eegbench.config.limits import Amount, Dropout, Index, NotNegative, OneOrMore, Positive, Range, Share, Size, Text
from eegbench.config.name import check_name
from eegbench.config.plain import (
    check_options_folder,
    conf_folder,
    flat,
    keep_passwords,
    parse_json,
    plain,
    read_json,
    read_overrides,
    read_plain,
    with_stored,
    write_plain,
)
from eegbench.config.quoting import quoted, retyped, typed, unquoted
from eegbench.config.spec import Node, Spec, build

_register_resolver()

__all__ = [
    "NO_EFFECT",
    "REMOVED",
    "Amount",
    "ConfigError",
    "Dropout",
    "Index",
    "Node",
    "NotNegative",
    "OneOrMore",
    "Positive",
    "Range",
    "Share",
    "Size",
    "Spec",
    "Text",
    "build",
    "changed_options",
    "check_name",
    "check_names",
    "check_options_folder",
    "conf_folder",
    "fill",
    "flat",
    "is_node",
    "keep_passwords",
    "may_change",
    "parse_json",
    "plain",
    "quoted",
    "read_json",
    "read_overrides",
    "read_plain",
    "renamed",
    "retyped",
    "typed",
    "unquoted",
    "with_stored",
    "write_plain",
]
