"""What a careful reader reads: whatever the encoding, the prefixes and the damage, and nothing
beyond the file.
"""

import random
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, strategies as st

from kickcue.recording.text_decoding import decode
from kickcue.recording.xml_events import DEEPEST, LONGEST_TEXT_LETTERS, MOST_ELEMENTS, Element, read

XML = "<run><point lat='1'><x:hr>150</x:hr></point><name>Å</name></run>"


class Heard:
    """Takes down what a reader is given."""

    def __init__(self, data: bytes, *trees: str) -> None:
        self.starts: list[str] = []
        self.ends: list[Element] = []
        self.damage = read(
            data,
            frozenset(trees),
            lambda element: self.starts.append(element.name),
            self.ends.append,
        )


def test_trees_come_whole_and_the_rest_as_tags() -> None:
    """GIVEN a point wanted as a tree THEN it comes once with its children, under local names, and
    its parts do not come alone.
    """
    heard = Heard(XML.encode(), "point")
    assert (["run", "name"], ["point", "name", "run"]) == (
        heard.starts,
        [element.name for element in heard.ends],
    )
    point, name, run = heard.ends
    assert ({"lat": "1"}, [("x", "hr", "150")]) == (
        point.attributes,
        [(e.prefix, e.name, e.text) for e in point.walk()],
    )
    assert ("Å", [], "") == (name.text, run.children, heard.damage)


@pytest.mark.parametrize(
    "declared",
    [
        "",
        "UTF-8",
        "utf-16",
        "UTF-32BE",
        "ISO-8859-1",
        "no such encoding",
        "cp037",
        "punycode",
        "idna",
    ],
)
@pytest.mark.parametrize("blanks", ["", "\n  "])
@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"],
)
def test_the_bytes_tell_the_encoding(encoding: str, blanks: str, declared: str) -> None:
    """GIVEN Unicode in any form, with or without its mark, leading blanks and a true or false
    declaration THEN it is read in full.
    """
    prolog = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    heard = Heard((blanks + prolog + XML).encode(encoding))
    assert ("", ["150", "", "Å", ""]) == (heard.damage, [element.text for element in heard.ends])


@pytest.mark.parametrize("zeros", range(1, 8))
@pytest.mark.parametrize("text", [XML, '<?xml version="1.0"?>' + XML])
def test_zeros_before_a_text_do_not_make_it_wide(text: str, zeros: int) -> None:
    """GIVEN a torn block of zeros before UTF-8 THEN it is read in full, however many there are."""
    assert "" == Heard(bytes(zeros) + text.encode()).damage


@pytest.mark.parametrize(
    "encoding", ["iso-8859-1", "windows-1252", "iso-8859-15", "cp850", "mac-roman"]
)
def test_an_old_encoding_is_read_as_declared(encoding: str) -> None:
    """GIVEN bytes that are no UTF-8 THEN the declaration counts."""
    prolog = f'<?xml version="1.0" encoding="{encoding}"?>'
    assert "Å" == Heard((prolog + XML).encode(encoding)).ends[2].text


@pytest.mark.parametrize("declared", ["utf-8", "utf-16", "ascii", "base64", "unknown"])
def test_letters_that_cannot_be_told_cost_only_themselves(declared: str) -> None:
    """GIVEN Latin-1 under another name THEN one letter is lost, and not the run."""
    heard = Heard((f'<?xml version="1.0" encoding="{declared}"?>' + XML).encode("latin-1"))
    assert ("", "\ufffd", "150") == (heard.damage, heard.ends[2].text, heard.ends[0].text)


def test_marks_that_the_bytes_belie() -> None:
    """GIVEN the mark of UTF-16 before UTF-8, or two marks, THEN the text is read as what it is."""
    assert "" == Heard("\ufeff".encode("utf-16-le") + XML.encode()).damage
    assert "" == Heard(("\ufeff\ufeff" + XML).encode("utf-16-le")).damage
    assert "" == decode(b"") == decode(b"\xff\xfe") == decode(b"\xef\xbb\xbf")


def test_signs_that_xml_forbids_cost_only_themselves() -> None:
    """GIVEN a bare &, an entity that HTML knows, a control character and a reference to one THEN
    the rest is read.
    """
    heard = Heard(b"<run><name>Tom & Jerry&nbsp;&#1;&#x0;&#233;&lt;\x01</name></run>")
    assert ("", "Tom & Jerry&nbsp;\ufffd\ufffd\u00e9<\ufffd") == (heard.damage, heard.ends[0].text)


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE run [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE run [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE run [<!ENTITY % a SYSTEM "http://localhost/x.dtd"> %a;]>',
    ],
)
def test_entities_are_refused(doctype: str) -> None:
    """GIVEN entities, inner or outer, THEN nothing is read from there on, and the reader says
    which.
    """
    heard = Heard(f"{doctype}<run>&a;&b;</run>".encode())
    assert ([], "expected no XML entities, got 'a': not read (line 1)") == (
        heard.ends,
        heard.damage,
    )


def test_a_document_type_alone_is_harmless() -> None:
    """GIVEN a document type that names an outer file THEN the file is not looked for, and the run
    is read.
    """
    assert "" == Heard(f'<!DOCTYPE run SYSTEM "http://localhost/x.dtd">{XML}'.encode()).damage


def test_depth_and_length_have_bounds() -> None:
    """GIVEN elements nested or in a row without end, or an endless text, THEN the reader stops at
    its bound and says so, or keeps the beginning.
    """
    heard = Heard(b"<run><hr>1</hr>" + b"<a>" * 1_000_000)
    assert ("1", f"the XML is nested too deeply: expected at most {DEEPEST} levels (line 1)") == (
        heard.ends[0].text,
        heard.damage,
    )
    crowd = Heard(b"<run><point><hr>1</hr></point><point>" + b"<a/>" * 1_000_000, "point")
    assert (
        1,
        f"an XML element is too large: expected at most {MOST_ELEMENTS} others inside it (line 1)",
    ) == (
        len(crowd.ends),
        crowd.damage,
    )
    assert 2 * LONGEST_TEXT_LETTERS >= len(
        Heard(f"<run>{'1&amp;' * 100_000}</run>".encode()).ends[0].text
    )


@given(st.text(max_size=50), st.sampled_from(["utf-8", "utf-16", "utf-32", "utf-16-le"]))
def test_any_text_is_read(text: str, encoding: str) -> None:
    """Whatever a name holds, the element behind it is read."""
    xml = f"<run><name>{escape(text)}</name><hr>150</hr></run>"
    heard = Heard(xml.encode(encoding, errors="replace"))
    assert ("", "150") == (heard.damage, heard.ends[1].text)


@given(st.randoms(use_true_random=False), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_any_damage_is_told_in_one_short_line(random_: random.Random, encoding: str) -> None:
    """Whatever bytes are changed, cut out or put in, reading ends, and what is wrong stands in one
    line.
    """
    data = bytearray(XML.encode(encoding))
    for _ in range(random_.randrange(6)):
        at = random_.randrange(len(data))
        data[at : at + random_.randrange(3)] = random_.randbytes(random_.randrange(3))
    heard = Heard(bytes(data), "point")
    assert len(heard.damage) < 200
    assert "\n" not in heard.damage
