"""Downloads go on where they broke off and are checked; archives stay within their folder."""

import hashlib
import http.server
import stat
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from heatnet.pipeline.download import download, unpack
from heatnet.pipeline.fetch import fetch
from heatnet.pipeline.sources import Archives

CONTENT = bytes(range(256)) * 4000
SHA = hashlib.sha256(CONTENT).hexdigest()


class Server(http.server.ThreadingHTTPServer):
    """Serves ``files``; breaks off the first answers after ``cut`` bytes, or lets no range be asked for."""

    files: dict[str, bytes]
    cut: int | None = None
    ranges = True
    tag: str | None = None
    tells_length = True
    asked: list[str]


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        self.server.asked.append(wanted)
        if self.path not in self.server.files:
            self.send_error(404)
            return
        body = self.server.files[self.path]
        if self.headers.get("If-Range", self.server.tag) != self.server.tag:
            wanted = ""
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.server.ranges else 0
        if wanted and self.server.ranges and start >= len(body):
            self.send_response(416)
            if self.server.tells_length:
                self.send_header("Content-Range", f"bytes */{len(body)}")
            self.end_headers()
            return
        self.send_response(206 if wanted and self.server.ranges else 200)
        self.send_header("Content-Length", str(len(body) - start))
        if self.server.tag:
            self.send_header("ETag", self.server.tag)
        if wanted and self.server.ranges:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.end_headers()
        self.wfile.write(body[start : self.server.cut])
        self.server.cut = None

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server(("127.0.0.1", 0), Handler)
    running.files, running.asked = {"/x.bin": CONTENT}, []
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


def url(server: Server, name: str = "x.bin") -> str:
    return f"http://127.0.0.1:{server.server_port}/{name}"


def test_a_whole_file_arrives(server: Server, tmp_path: Path) -> None:
    assert download(url(server), tmp_path / "data/x.bin", SHA) == SHA
    assert (tmp_path / "data/x.bin").read_bytes() == CONTENT
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["x.bin"]


@pytest.mark.parametrize("ranges", [True, False])
def test_a_broken_download_goes_on_where_it_broke_off(server: Server, tmp_path: Path, ranges: bool) -> None:
    server.cut, server.ranges = 300_000, ranges
    with pytest.raises(ValueError, match=r"cut short after 300000 of 1024000 bytes; run the same again|IncompleteRead"):
        download(url(server), tmp_path / "x.bin", SHA)
    assert not (tmp_path / "x.bin").exists()
    assert (tmp_path / "x.bin.part").stat().st_size == 300_000
    assert download(url(server), tmp_path / "x.bin", SHA) == SHA
    assert server.asked == ["", "bytes=300000-"]
    assert (tmp_path / "x.bin").read_bytes() == CONTENT


def test_a_part_that_is_whole_needs_nothing_more(server: Server, tmp_path: Path) -> None:
    (tmp_path / "x.bin.part").write_bytes(CONTENT)
    assert download(url(server), tmp_path / "x.bin", SHA) == SHA


@pytest.mark.parametrize("tells_length", [True, False])
@pytest.mark.parametrize("sha256", [SHA, None])
def test_a_stale_part_that_is_too_long_is_not_taken_for_the_file(server: Server, tmp_path: Path, sha256: str | None, tells_length: bool) -> None:
    server.tells_length = tells_length
    (tmp_path / "x.bin.part").write_bytes(CONTENT + b"of another time")
    assert download(url(server), tmp_path / "x.bin", sha256) == SHA
    assert (tmp_path / "x.bin").read_bytes() == CONTENT
    assert server.asked == [f"bytes={len(CONTENT) + 15}-", ""]


def test_a_part_of_another_version_is_begun_anew(server: Server, tmp_path: Path) -> None:
    server.tag, server.cut = '"first"', 300_000
    with pytest.raises(ValueError, match=r"cut short|IncompleteRead"):
        download(url(server), tmp_path / "x.bin", None)
    server.tag, server.files["/x.bin"] = '"second"', CONTENT[::-1]
    download(url(server), tmp_path / "x.bin", None)
    assert (tmp_path / "x.bin").read_bytes() == CONTENT[::-1]
    assert [path.name for path in tmp_path.iterdir()] == ["x.bin"]


def test_an_archive_of_another_version_is_fetched_again(server: Server, tmp_path: Path) -> None:
    server.files["/x.zip"] = zipped(tmp_path / "z.zip", {"x.txt": "new"}).read_bytes()
    (tmp_path / "data").mkdir()
    zipped(tmp_path / "data/.set-x.zip", {"x.txt": "old"})
    sets = {"set": Archives(((url(server, "x.zip"), "set/x", hashlib.sha256(server.files["/x.zip"]).hexdigest()),), "one")}
    assert fetch(["set"], tmp_path / "data", sets) == 0
    assert (tmp_path / "data/set/x/x.txt").read_text() == "new"


def test_another_checksum_deletes_the_download(server: Server, tmp_path: Path) -> None:
    server.files["/x.bin"] = CONTENT[:-1] + b"!"
    with pytest.raises(ValueError, match=f"SHA-256 .*; expected {SHA}; the download is deleted"):
        download(url(server), tmp_path / "x.bin", SHA)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_reached_is_said(server: Server, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the server says 404"):
        download(url(server, "y.bin"), tmp_path / "y.bin", None)
    with pytest.raises(ValueError, match="check the network and run the same again"):
        download("http://127.0.0.1:9/x.bin", tmp_path / "x.bin", None)


def zipped(path: Path, members: dict[str, str], link: str | None = None) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
        if link:
            entry = zipfile.ZipInfo(link)
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, "/etc/passwd")
    return path


@pytest.mark.parametrize("prefix", ["train/", ""])
def test_an_archive_becomes_its_folder(tmp_path: Path, prefix: str) -> None:
    unpack(zipped(tmp_path / "a.zip", {f"{prefix}seq_00_day/00/x.png": "x", f"{prefix}seq_00_night/y.png": "y"}), tmp_path / "data/train")
    found = {str(path.relative_to(tmp_path / "data")) for path in (tmp_path / "data").rglob("*") if path.is_file()}
    assert found == {"train/seq_00_day/00/x.png", "train/seq_00_night/y.png"}


@pytest.mark.parametrize("name", ["../evil.txt", "train/../../evil.txt", "/tmp/evil.txt", "C:\\evil.txt", "..\\evil.txt"])
def test_a_path_that_escapes_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    archive = zipped(tmp_path / "a.zip", {"train/good.txt": "good", name: "evil"})
    with pytest.raises(ValueError, match="a path that leaves the folder; nothing was unpacked"):
        unpack(archive, tmp_path / "data/train")
    assert {path.name for path in tmp_path.rglob("*")} == {"a.zip", "data"}


def test_links_and_broken_archives_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds the link 'passwd'"):
        unpack(zipped(tmp_path / "a.zip", {"x": "x"}, link="passwd"), tmp_path / "data/train")
    whole = zipped(tmp_path / "b.zip", {"x": "x" * 1000}).read_bytes()
    (tmp_path / "b.zip").write_bytes(whole[:-30])
    with pytest.raises(ValueError, match=r"b\.zip: not a whole ZIP archive"):
        unpack(tmp_path / "b.zip", tmp_path / "data/train")
    (tmp_path / "c.zip").write_bytes(whole.replace(b"x" * 1000, b"x" * 999 + b"y"))
    with pytest.raises(ValueError, match=r"c\.zip: not a whole ZIP archive \(Bad CRC"):
        unpack(tmp_path / "c.zip", tmp_path / "data/train")
    assert not (tmp_path / "data/train").exists()


def test_archives_come_one_by_one(server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("train", "test"):
        server.files[f"/{name}.zip"] = zipped(tmp_path / "z.zip", {f"{name}/x.txt": name}).read_bytes()
    sets = {"freiburg": Archives(tuple((url(server, f"{name}.zip"), f"freiburg/{name}", None) for name in ("train", "test")), "two")}
    whole, server.files["/test.zip"] = server.files["/test.zip"], b"no archive"
    with pytest.raises(ValueError, match="not a whole ZIP archive"):
        fetch(["freiburg"], tmp_path / "data", sets)
    (tmp_path / "data/.freiburg-test.zip").unlink()  # as the message says
    server.files["/test.zip"] = whole
    assert fetch(["freiburg"], tmp_path / "data", sets) == 0
    assert sorted(str(path.relative_to(tmp_path / "data")) for path in (tmp_path / "data").rglob("*.*")) == [
        "freiburg/test/x.txt",
        "freiburg/train/x.txt",
    ]
    assert "which nobody has published to compare with" in capsys.readouterr().out
    assert fetch(["freiburg"], tmp_path / "data", sets) == 0
    assert "already in" in capsys.readouterr().out
