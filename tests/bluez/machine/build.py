"""Builds the small machine with the real Bluetooth of a Debian: its kernel, D-Bus and
``bluetoothd``, in two files that QEMU starts.

``python tests/bluez/machine/build.py`` prints the folder; a second call finds it there. Packages
are fetched with ``apt-get download`` and unpacked, never installed, so neither root nor a Debian
that runs a kernel of its own is needed. ``--fresh`` builds again, with what the package lists offer
now.
"""

import hashlib
import lzma
import os
import re
import shutil
import stat
import struct
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
SOURCES: Final = ("build.py", "init.sh", "bus.conf", "main.conf")
KERNEL: Final = "linux-image-amd64"
"""The full kernel: ``linux-image-cloud-amd64`` is a third of it and has no Bluetooth at all."""
PACKAGES: Final = ("bluez", "busybox-static", "dbus-daemon", "netcat-openbsd")
PROGRAMS: Final = (
    "usr/libexec/bluetooth/bluetoothd",
    "usr/bin/bluetoothctl",
    "usr/bin/btattach",
    "usr/bin/btmgmt",
    "usr/bin/btmon",
    "usr/bin/dbus-daemon",
    "bin/nc.openbsd",
)
BUSYBOX: Final = "bin/busybox"
LOADER: Final = "lib64/ld-linux-x86-64.so.2"
MODULES: Final = (
    "virtio_pci",
    "virtio_console",
    "virtio_net",
    "hci_uart",
    "algif_hash",
    "algif_skcipher",
    "cmac",
    "ecdh_generic",
)
"""hci_uart speaks HCI over a terminal; the ciphers are what pairing asks the kernel for. What these
need is found by itself."""


class BuildError(Exception):
    """The machine cannot be built here; one line."""


XZ: Final = b"\xfd7zXZ\0"
ALIGN: Final = 4
CONSOLE: Final = (5, 1)
"""Major and minor number of /dev/console, which the kernel opens before /init mounts anything."""


class Archive:
    """A kernel's first file system: the "newc" cpio archive, written without root, device files
    included.
    """

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._names: set[str] = set()
        self._add("dev/console", stat.S_IFCHR | 0o600, b"", CONSOLE)

    def add(self, name: str, data: bytes, mode: int = 0o755) -> None:
        """Add a file; ``name`` has no leading slash."""
        self._add(name, stat.S_IFREG | mode, data)

    def link(self, name: str, target: str) -> None:
        """Add a symbolic link."""
        self._add(name, stat.S_IFLNK | 0o777, target.encode())

    def write(self, path: Path) -> None:
        """End the archive and write it."""
        self._record("TRAILER!!!", 0, b"", (0, 0))
        path.write_bytes(self._bytes)

    def _add(self, name: str, mode: int, data: bytes, device: tuple[int, int] = (0, 0)) -> None:
        parts = name.split("/")
        for depth in range(1, len(parts)):
            folder = "/".join(parts[:depth])
            if folder not in self._names:
                self._record(folder, stat.S_IFDIR | 0o755, b"", (0, 0))
        self._record(name, mode, data, device)

    def _record(self, name: str, mode: int, data: bytes, device: tuple[int, int]) -> None:
        self._names.add(name)
        path = name.encode() + b"\0"
        fields: Mapping[str, int] = {
            "inode": len(self._names),
            "mode": mode,
            "uid": 0,
            "gid": 0,
            "links": 1,
            "mtime": 0,
            "size": len(data),
            "on major": 0,
            "on minor": 0,
            "major": device[0],
            "minor": device[1],
            "name": len(path),
            "checksum": 0,
        }
        self._bytes += b"070701" + b"".join(b"%08X" % value for value in fields.values()) + path
        self._pad()
        self._bytes += data
        self._pad()

    def _pad(self) -> None:
        self._bytes += bytes(-len(self._bytes) % ALIGN)


def cache_folder() -> Path:
    """Return where the built machine is, or would be: another script, another folder."""
    cache = os.environ.get("XDG_CACHE_HOME")
    key = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in SOURCES)).hexdigest()[:12]
    return (Path(cache) if cache else Path.home() / ".cache") / "kickcue" / f"bluez-appliance-{key}"


def built() -> Path | None:
    """Return the folder if it is there and whole."""
    folder = cache_folder()
    return folder if folder.is_dir() else None


def build() -> Path:
    """Return the folder with ``kernel``, ``initrd`` and ``packages.txt``; BuildError where it
    cannot be made.
    """
    folder = cache_folder()
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".building-") as temporary:
        work = Path(temporary)
        made = work / "made"
        made.mkdir()
        debs = fetched(work / "debs")
        (made / "packages.txt").write_text("".join(f"{deb.name}\n" for deb in debs))
        _machine(debs, work / "root", made)
        try:
            made.rename(folder)
        except OSError:  # somebody else was faster, and theirs is as good
            if not folder.is_dir():
                raise
    return folder


def fetched(folder: Path) -> list[Path]:
    """Download the packages and the libraries they need into ``folder``."""
    folder.mkdir()
    kernels = [name for name in _needs([KERNEL]) if name.startswith("linux-image-")]
    if not kernels:
        raise BuildError(
            f"apt-cache knows no {KERNEL}: the package lists of a Debian for amd64 are needed "
            "(apt-get update)"
        )
    _run(
        [
            "apt-get",
            "-o",
            "APT::Sandbox::User=root",
            "-qq",
            "download",
            kernels[0],
            *PACKAGES,
            *_libraries(),
        ],
        folder,
    )
    return sorted(folder.glob("*.deb"))


def _libraries() -> list[str]:
    """Return the library packages that the packages need, directly or through other libraries."""
    found: set[str] = set()
    asked = list(PACKAGES)
    while asked:
        new = {name for name in _needs(asked) if name.startswith(("lib", "zlib"))} - found
        found |= new
        asked = sorted(new)
    return sorted(found)


def _needs(packages: Iterable[str]) -> list[str]:
    told = _run(["apt-cache", "depends", "--important", *packages], Path.cwd())
    return re.findall(r"^\s+(?:Pre)?Depends: ([a-z0-9][a-z0-9+.-]*)$", told, re.MULTILINE)


def _run(command: list[str], folder: Path) -> str:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise BuildError(
            f"{command[0]} is not here: the machine is made of Debian packages"
        ) from None
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or [
            "it did not say why"
        ]
        raise BuildError(f"{' '.join(command[:2])} failed: {lines[-1]}")
    return done.stdout


def _machine(debs: list[Path], root: Path, made: Path) -> None:
    """Unpack what is needed and put it together."""
    root.mkdir()
    for deb in debs:
        _unpack(deb, root)
    archive = Archive()
    archive.add("init", (HERE / "init.sh").read_bytes())
    archive.add("etc/bus.conf", (HERE / "bus.conf").read_bytes())
    archive.add("etc/bluetooth/main.conf", (HERE / "main.conf").read_bytes())
    archive.add("etc/passwd", b"root:x:0:0:root:/:/bin/sh\n")
    archive.add(BUSYBOX, (root / BUSYBOX).read_bytes())
    archive.link("bin/sh", "busybox")
    archive.add(LOADER, (root / LOADER).read_bytes())
    for program in PROGRAMS:
        archive.add(f"usr/{program.removeprefix('usr/')}", (root / program).read_bytes())
    for library in _closure(root):
        archive.add(f"usr/lib/{library.name}", library.read_bytes())
    order = []
    for name, data in _modules(root):
        archive.add(f"modules/{name}.ko", data, 0o644)
        order.append(name)
    archive.add("modules/order", "".join(f"{name}\n" for name in order).encode(), 0o644)
    archive.write(made / "initrd")
    (kernel,) = (root / "boot").glob("vmlinuz-*")
    (made / "kernel").write_bytes(_uncompressed(kernel.read_bytes()))


def _uncompressed(kernel: bytes) -> bytes:
    """Return the kernel as QEMU starts it directly (PVH): letting the emulated processor unpack it
    takes twice as long as all the rest.

    Layout of the image: https://docs.kernel.org/arch/x86/boot.html. One that is not packed with xz
    is returned as it is, and starts too.
    """
    sectors = kernel[0x1F1] or 4
    offset, length = struct.unpack_from("<II", kernel, 0x248)
    payload = kernel[(sectors + 1) * 512 + offset :][:length]
    return lzma.LZMADecompressor().decompress(payload) if payload.startswith(XZ) else kernel


def _unpack(deb: Path, root: Path) -> None:
    """Unpack a package but for its documentation; of the kernel only what may be used, for it has
    four thousand modules.
    """
    unwanted = re.compile(
        r"\./(usr/share|etc|var)/|"
        r"\./lib/modules/[^/]+/kernel/(?!crypto|drivers/(bluetooth|char|net|tty|virtio)|lib|net)"
    )
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as reading:
        assert reading.stdout is not None
        with tarfile.open(fileobj=reading.stdout, mode="r|") as tar:
            tar.extractall(
                root,
                members=(member for member in tar if not unwanted.match(member.name)),
                filter="tar",
            )
    if reading.returncode:
        raise BuildError(f"dpkg-deb could not unpack {deb.name}")


def _closure(root: Path) -> list[Path]:
    """Return the libraries that the programs load, as the unpacked loader itself finds them."""
    places = [root / "usr/lib/x86_64-linux-gnu", root / "lib/x86_64-linux-gnu"]
    command = [str(root / LOADER), "--library-path", ":".join(map(str, places)), "--list"]
    found: dict[str, Path] = {}
    for program in PROGRAMS:
        told = _run([*command, str(root / program)], root)
        found |= {Path(path).name: Path(path) for path in re.findall(r"=> (/\S+)", told)}
    foreign = [str(path) for path in found.values() if not path.is_relative_to(root)]
    if foreign:
        raise BuildError(f"{foreign[0]} is in none of the packages")
    return sorted(found.values())


def _modules(root: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the modules with those they need, each after what it needs; a module that is built into
    the kernel is no file.
    """
    files = {
        path.name.split(".")[0].replace("-", "_"): path
        for path in root.glob("lib/modules/*/kernel/**/*.ko*")
    }
    done: set[str] = set()

    def with_needs(name: str) -> Iterator[tuple[str, bytes]]:
        if name in done or name not in files:
            return
        done.add(name)
        data = files[name].read_bytes()
        if files[name].suffix == ".xz":
            data = lzma.decompress(data)
        needs = re.search(rb"\0depends=([^\0]*)\0", data)
        for need in needs[1].decode().split(",") if needs and needs[1] else ():
            yield from with_needs(need.replace("-", "_"))
        yield name, data

    for name in MODULES:
        yield from with_needs(name)


if __name__ == "__main__":
    if "--fresh" in sys.argv[1:]:
        shutil.rmtree(cache_folder(), ignore_errors=True)
    try:
        sys.stdout.write(f"{build()}\n")
    except BuildError as error:
        sys.exit(f"kickcue: {error}")
