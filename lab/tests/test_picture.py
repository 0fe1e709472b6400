"""The picture of the regions, the terminal beneath it, recordings and still pictures."""

import io
import json
import re
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

from herald_lab.load import Request
from herald_lab.picture import MARKS, Nva, Region, Sight, draw
from herald_lab.record import Recording, svg
from herald_lab.say import Narrator, Screen, paint


def plain(lines: list[str]) -> list[str]:
    """Without colours."""
    return [re.sub(r"\033\[\d+m", "", line) for line in lines]


def answer(region: str, nva: str, status: int = 200) -> Request:
    """An answer, or none."""
    return Request(sent=1.0, done=1.002, status=status, region=region, nva=nva, error="")


GOOD, BAD = "http_back: 1 of 1 server up", "http_back: 0 of 1 server up (backend01: L4CON connection refused)"


def pair(region: str, *states: str) -> tuple[Nva, ...]:
    """The NVAs of a region; those that are up get packets."""
    return tuple(Nva(f"nva-{number}-{region}", state, GOOD if state == "up" else BAD, state == "up") for number, state in enumerate(states))


NORTH = Region("North Europe", True, pair("ne", "up", "up"), "65515 65010", True)
WEST = Region("West Europe", True, pair("we", "up", "up"), "65515 65010 65010 65010", False)
DEAD = Region("North Europe", False, pair("ne", "down", "down"), None, False)
HALF = Region("North Europe", True, pair("ne", "up", "draining"), "65515 65010", True)


class Drawing(unittest.TestCase):
    """What is drawn is what was seen."""

    def test_the_road_that_is_taken_has_the_arrow(self) -> None:
        road = next(line for line in plain(draw(Sight("9.9.9.9/32", (NORTH, WEST)))) if "[65515 65010]" in line)
        self.assertRegex(road, r"▲  \[65515 65010\] +│  \[65515 65010 65010 65010\]")

    def test_a_dead_region_has_no_road_and_says_why(self) -> None:
        text = "\n".join(plain(draw(Sight("9.9.9.9/32", (DEAD, WEST)))))
        for words in ("✗ dead", "╳  no route", "http_back: 0 of 1 server up"):
            self.assertIn(words, text)

    def test_of_two_nvas_the_one_that_gets_packets_is_marked_and_the_other_explains(self) -> None:
        text = "\n".join(plain(draw(Sight("9.9.9.9/32", (HALF, WEST)))))
        self.assertRegex(text, r"nva-0-ne +up +◀ next hop")
        self.assertRegex(text, r"nva-1-ne +draining +│")
        self.assertIn("http_back: 0 of 1 server up", text)

    def test_each_answer_has_its_mark(self) -> None:
        answers = [answer("North Europe", "nva-1-ne"), answer("West Europe", "nva-0-ne"), answer("West Europe", "nva-0-we"), answer("", "", 0)]
        self.assertIn("  client    NwWx", plain(draw(Sight("9.9.9.9/32", (NORTH, WEST), answers))))

    def test_it_is_as_wide_as_a_terminal_at_most(self) -> None:
        many = [answer("North Europe", "nva-0-ne")] * (MARKS * 3)
        for region in (NORTH, DEAD, HALF):
            widths = [len(line) for line in plain(draw(Sight("9.9.9.9/32", (region, WEST), many)))]
            self.assertLessEqual(max(widths), 100)


class Screens(unittest.TestCase):
    """Lines go by above the picture."""

    def test_the_picture_is_taken_back_before_each_line(self) -> None:
        out = io.StringIO()
        screen = Screen(out.write, colour=True, picture=True)
        screen.show("", ["one", "two"])
        screen.show("a line\n", ["one", "two"])
        self.assertEqual(out.getvalue(), "one\ntwo\n\033[2F\033[Ja line\none\ntwo\n")

    def test_a_picture_that_has_not_changed_is_not_drawn_again(self) -> None:
        out = io.StringIO()
        screen = Screen(out.write, colour=True, picture=True)
        screen.show("", ["one", "two"])
        screen.show("", ["one", "two"])
        self.assertEqual(out.getvalue(), "one\ntwo\n")

    def test_what_is_no_terminal_gets_lines_only(self) -> None:
        out = io.StringIO()
        narrator = Narrator((Screen(out.write, colour=False, picture=False),))
        with narrator.picture(lambda: ["a picture"]):
            narrator.line("a line", "green")
        self.assertRegex(out.getvalue(), r"^ +\d+\.\d{3}  a line\n$")


class Kept(unittest.TestCase):
    """Recordings and still pictures can be read by others."""

    def test_a_recording_is_a_head_and_timed_pieces(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "a.cast"
            recording = Recording(path, "a title")
            recording.write("a line\n")
            recording.close()
            head, piece = (json.loads(line) for line in path.read_text().splitlines())
        self.assertEqual((head["version"], head["width"] > 0, head["height"] > 0), (2, True, True))
        self.assertEqual(piece[1:], ["o", "a line\r\n"])

    def test_a_still_picture_has_every_word_in_its_place_and_escaped(self) -> None:
        root = xml.fromstring(svg([f"a  {paint('red', '<b> c')}", "", "next"]))
        spans = [span for span in root.iter() if span.tag.endswith("tspan")]
        self.assertEqual([span.text for span in spans], ["a", "<b> c", "next"])
        first, second = (float(span.get("x", "0")) for span in spans[:2])
        self.assertAlmostEqual(second - first, 3 * 8.4, places=1)
        self.assertIn("fill", spans[1].get("style", ""))
