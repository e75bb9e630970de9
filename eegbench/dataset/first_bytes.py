"""Detection of files that are not recordings by their first bytes: pointers of git-lfs and web pages."""


def no_recording(head: bytes) -> str | None:
    """Return a phrase that follows the path in an error message: the kind of file, and what to do; None if unknown."""
    if head.startswith(b"version https://git-lfs"):
        return "is a git-lfs pointer, not the recording; run 'git lfs pull' in its folder."
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return "is an HTML page, not a recording; the download was answered by a web page, so download it again."
    return None
