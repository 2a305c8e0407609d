"""A file over the network, resumed where it broke off and checked; an archive unpacked so that nothing lands outside its folder."""

import hashlib
import os
import shutil
import stat
import tempfile
import urllib.error
import urllib.request
import zipfile
from http.client import HTTPException
from pathlib import Path, PurePosixPath, PureWindowsPath

BLOCK = 1 << 20


def download(url: str, target: Path, sha256: str | None) -> str:
    """Fetch ``url`` into ``target``; the SHA-256 of what came. A ``.part`` left by an earlier try is continued.

    Raises ``ValueError`` where the server cannot be reached, the connection breaks off (the part stays, to be continued) and where the
    checksum is not ``sha256`` (the part is deleted).
    """
    part = target.with_name(target.name + ".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    have = part.stat().st_size if part.is_file() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            have = have if answer.status == 206 else 0  # the server may send all of it again
            expected = have + int(answer.headers["Content-Length"]) if answer.headers["Content-Length"] else None
            with part.open("ab" if have else "wb") as file:
                shutil.copyfileobj(answer, file, BLOCK)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != 416:  # the part is already all there is
            raise ValueError(f"{url}: the server says {error.code} {error.reason}; check the address, or try again later") from error
        expected = None
    except (OSError, HTTPException) as error:
        raise ValueError(
            f"{url}: {error or type(error).__name__}; check the network and run the same again: it goes on where it broke off"
        ) from error
    if expected is not None and (size := part.stat().st_size) < expected:
        raise ValueError(f"{url}: cut short after {size} of {expected} bytes; run the same again: it goes on from there")
    found = checksum(part)
    if sha256 is not None and found != sha256:
        part.unlink()
        raise ValueError(f"{url}: SHA-256 {found}; expected {sha256}; the download is deleted: run it again, and if it differs again, report it")
    os.replace(part, target)
    return found


def checksum(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a ZIP so that its contents are ``folder``; a single folder of that name within is taken for it.

    Into a temporary folder first, so that a half is never there. Raises ``ValueError`` for a broken archive and for one with a path
    that would leave the folder, or with a link; nothing is written then.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(archive) as contents, tempfile.TemporaryDirectory(prefix=".unpack", dir=folder.parent) as temporary:
            for member in contents.infolist():
                _refuse_escape(member, archive)
            room = shutil.disk_usage(folder.parent).free
            if (wanted := sum(member.file_size for member in contents.infolist())) > room:
                raise ValueError(f"{archive}: {wanted / 1e9:.1f} GB unpacked, but {room / 1e9:.1f} GB are free; make room")
            whole = Path(temporary) / "contents"
            contents.extractall(whole)
            inner = whole / folder.name
            alone = inner.is_dir() and [path.name for path in whole.iterdir()] == [folder.name]
            os.replace(inner if alone else whole, folder)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise ValueError(f"{archive}: not a whole ZIP archive ({error}); delete it and fetch it again") from error


def _refuse_escape(member: zipfile.ZipInfo, archive: Path) -> None:
    """``ValueError`` for a member that would land outside, or is a link."""
    posix, windows = PurePosixPath(member.filename), PureWindowsPath(member.filename)
    if posix.is_absolute() or windows.is_absolute() or windows.drive or ".." in (*posix.parts, *windows.parts):
        raise ValueError(
            f"{archive}: holds {member.filename!r}, a path that leaves the folder; nothing was unpacked; take the archive from its source"
        )
    if stat.S_ISLNK(member.external_attr >> 16):
        raise ValueError(f"{archive}: holds the link {member.filename!r}; expected files and folders; nothing was unpacked")
