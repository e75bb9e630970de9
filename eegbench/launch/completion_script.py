"""Scripts that let bash, zsh and fish complete the command line of eegbench."""

from collections.abc import Mapping

from eegbench.config import ConfigError

BASH = r"""_eegbench_complete() {
    local line=${COMP_LINE:0:COMP_POINT} cur=${COMP_WORDS[COMP_CWORD]} IFS=$'\n'
    [[ $cur == [=:] ]] && cur=
    local typed=${line##* }
    local before=${typed%"$cur"}
    local found=($(COMP_LINE=$line eegbench -sc query=bash 2>/dev/null))
    COMPREPLY=("${found[@]#"$before"}")
}
complete -o nospace -o default -F _eegbench_complete eegbench"""

ZSH = r"""_eegbench_complete() {
    local -a found
    found=("${(@f)$(COMP_LINE="${(j: :)words[1,CURRENT]}" eegbench -sc query=zsh 2>/dev/null)}")
    if [[ -n $found ]]; then
        compadd -Q -S '' -- $found
    else
        _files
    fi
}
compdef _eegbench_complete eegbench"""

FISH = r"""function __eegbench_complete
    set -lx COMP_LINE (commandline -cp | string collect)
    eegbench -sc query=fish 2>/dev/null
end
complete -c eegbench -a '(__eegbench_complete)'"""

SCRIPTS: Mapping[str, str] = {"bash": BASH, "zsh": ZSH, "fish": FISH}

REMOVAL: Mapping[str, str] = {
    "bash": "complete -r eegbench; unset -f _eegbench_complete",
    "zsh": "compdef -d eegbench; unfunction _eegbench_complete",
    "fish": "complete -e -c eegbench; functions -e __eegbench_complete",
}


def script(action: str, shell: str) -> str:
    """Return the script that a shell evaluates to complete ``eegbench``, or to stop completing it.

    Parameters
    ----------
    action
        ``install`` or ``uninstall``.
    shell
        ``bash``, ``zsh`` or ``fish``.

    Raises
    ------
    ConfigError
        For other actions and shells.
    """
    texts = {"install": SCRIPTS, "uninstall": REMOVAL}.get(action, {})
    if shell not in texts:
        raise ConfigError(
            f"-sc {action}={shell}: expected install=SHELL or uninstall=SHELL, where SHELL is {', '.join(SCRIPTS)}."
        )
    return texts[shell]
