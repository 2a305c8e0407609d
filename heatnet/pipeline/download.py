"""A file over the network, resumed where it broke off and checked; an archive unpacked so that nothing lands outside its folder."""

import hashlib
import os
import shutil
import stat
import tempfile
import urllib.error
import urllib.request
import zipfile
from email.message import Message
from http.client import HTTPException
from pathlib import Path, PurePosixPath, PureWindowsPath

BLOCK = 1 << 20


def download(url: str, target: Path, sha256: str | None) -> str:
    """Fetch ``url`` into ``target``; the SHA-256 of what came. A ``.part`` left by an earlier try is continued.

    Beside it ``.part.version`` keeps what the server said of the file's version, so that a part of another version is begun anew.
    Raises ``ValueError`` where the server cannot be reached, the connection breaks off (the part stays, to be continued) and where the
    checksum is not ``sha256`` (the part is deleted).
    """
    part = target.with_name(target.name + ".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    if not _received(url, part) and (sha256 is None or checksum(part) != sha256):
        part.unlink()  # longer than the file, or of a length that nobody can tell
        _received(url, part)
    found = checksum(part)
    _version(part).unlink(missing_ok=True)
    if sha256 is not None and found != sha256:
        part.unlink()
        raise ValueError(f"{url}: SHA-256 {found}; expected {sha256}; the download is deleted: run it again, and if it differs again, report it")
    os.replace(part, target)
    return found


def _received(url: str, part: Path) -> bool:
    """Continue or begin a part until it is whole; false where the server has nothing to add to a part of a length that is not the file's."""
    have = part.stat().st_size if part.is_file() else 0
    try:
        with urllib.request.urlopen(_asked(url, part, have), timeout=60) as answer:
            goes_on = answer.status == 206 and answer.headers.get("Content-Range", f"bytes {have}-").startswith(f"bytes {have}-")
            if answer.status == 206 and not goes_on:
                raise ValueError(f"{url}: asked for the bytes from {have} on, got {answer.headers['Content-Range']}; delete {part} and try again")
            length = answer.headers["Content-Length"]
            _version(part).write_text(_tag(answer.headers), encoding="utf-8")
            with part.open("ab" if goes_on else "wb") as file:  # the server may send all of it again
                shutil.copyfileobj(answer, file, BLOCK)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416:
            return error.headers.get("Content-Range", "").rpartition("/")[2] == str(have)
        raise ValueError(f"{url}: the server says {error.code} {error.reason}; check the address, or try again later") from error
    except (OSError, HTTPException) as error:
        raise ValueError(
            f"{url}: {error or type(error).__name__}; check the network and run the same again: it goes on where it broke off"
        ) from error
    if length and (size := part.stat().st_size) < (expected := int(length) + have * goes_on):
        raise ValueError(f"{url}: cut short after {size} of {expected} bytes; run the same again: it goes on from there")
    return True


def _asked(url: str, part: Path, have: int) -> urllib.request.Request:
    """The request for what is missing, or for all of it where the file is another version than the part."""
    version = _version(part).read_text(encoding="utf-8") if _version(part).is_file() else ""
    headers = {"Range": f"bytes={have}-"} if have else {}
    return urllib.request.Request(url, headers=headers | ({"If-Range": version} if have and version else {}))


def _version(part: Path) -> Path:
    """Where the version of a part is kept."""
    return part.with_name(part.name + ".version")


def _tag(headers: Message) -> str:
    """What a server says of a file's version: its tag, unless a weak one, else its date."""
    tag = headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else headers.get("Last-Modified", "")


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
