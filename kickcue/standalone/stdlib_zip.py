"""Python's standard library for the app, without the parts that a page has no use for.

What is left out are whole modules by name: tools for developers, servers, mail, processes,
databases. Nothing that is left names them but in functions for just these things.
"""

import io
import zipfile
from typing import Final

LEFT_OUT: Final = frozenset(
    (
        *("_pyrepl", "bdb", "cmd", "code", "doctest", "pdb", "pydoc", "rlcompleter"),
        *("cProfile", "profile", "pstats", "timeit", "trace", "unittest"),
        *("compileall", "modulefinder", "pickletools", "pyclbr", "symtable", "tabnanny", "zipapp"),
        *("ftplib", "imaplib", "mailbox", "netrc", "poplib", "smtplib", "socketserver"),
        *("wsgiref", "xmlrpc"),
        *("multiprocessing", "pty", "sqlite3", "tty"),
        *("_pyio", "antigravity", "fileinput", "getpass", "nturl2path", "optparse", "sched"),
        *("shelve", "this", "wave"),
    )
)
"""Top-level modules and packages."""


def stdlib_zip(whole: bytes) -> bytes:
    """Return the zip of the standard library without what is left out."""
    found = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(whole)) as given,
        zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as cut,
    ):
        for each in given.infolist():
            if each.filename.partition("/")[0].removesuffix(".py") not in LEFT_OUT:
                kept = zipfile.ZipInfo(each.filename, each.date_time)
                cut.writestr(kept, given.read(each), zipfile.ZIP_DEFLATED)
    return found.getvalue()
