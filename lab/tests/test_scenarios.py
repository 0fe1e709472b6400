"""The directories of scenarios: found by number and name, refused when something is missing."""

import tempfile
import unittest
from pathlib import Path

from herald_lab import scenarios
from herald_lab.expect import Expectations
from herald_lab.load import Answer, Load, Request
from herald_lab.marked import Faults
from herald_lab.say import Narrator
from herald_lab.scenarios import HEAD, Outcome
from herald_lab.stage import Stage
from herald_lab.traffic import Move

TOPOLOGY = "name: x\ntopology:\n  nodes: {}\n"
STEPS = "def steps(stage):\n    stage.chapter('one')\n"


class Directories(unittest.TestCase):
    """Each test makes one scenario, and spoils it."""

    def setUp(self) -> None:
        root = tempfile.TemporaryDirectory()
        self.addCleanup(root.cleanup)
        self.root = Path(root.name)
        self.directory = self.root / "10-two-clouds"
        self.directory.mkdir()
        self.write("two-clouds.clab.yml", TOPOLOGY)
        self.write("README.md", "# 10: two clouds\n\ntext\n")
        self.write("steps.py", STEPS)

    def write(self, name: str, text: str) -> None:
        (self.directory / name).write_text(text)

    def faults(self) -> list[str]:
        with self.assertRaises(Faults) as raised:
            scenarios.read(self.directory)
        return [f"{fault.path.name}:{fault.line}: {fault.what}" for fault in raised.exception.faults]

    def test_number_name_and_both_find_it(self) -> None:
        for word in ("10", "two-clouds", "10-two-clouds"):
            with self.subTest(word=word):
                found = scenarios.find(word, self.root)
                self.assertEqual((found.number, found.name, found.title), ("10", "two-clouds", "two clouds"))
                self.assertEqual(found.topology, self.directory / "two-clouds.clab.yml")

    def test_another_word_is_refused_with_those_there_are(self) -> None:
        with self.assertRaisesRegex(Faults, "there is no scenario '1'; there are 10-two-clouds"):
            scenarios.find("1", self.root)

    def test_what_is_missing_is_named_all_at_once(self) -> None:
        for name in ("two-clouds.clab.yml", "README.md", "steps.py"):
            (self.directory / name).unlink()
        wanted = [f"10-two-clouds:1: there is no {name}" for name in ("two-clouds.clab.yml", "README.md", "steps.py")]
        self.assertEqual(self.faults(), wanted)

    def test_a_readme_without_a_title_is_refused(self) -> None:
        self.write("README.md", "two clouds\n")
        self.assertEqual(self.faults(), ["README.md:1: the first line is not the title"])

    def test_steps_that_are_not_python_are_refused_with_their_line(self) -> None:
        self.write("steps.py", STEPS + "    stage.chapter(\n")
        (fault,) = self.faults()
        self.assertRegex(fault, r"^steps\.py:3: not Python: ")

    def test_steps_without_the_function_are_refused(self) -> None:
        self.write("steps.py", "STEPS = 1\n")
        self.assertEqual(self.faults(), ["steps.py:1: there is no function steps"])

    def test_every_scenario_of_the_lab_can_be_read(self) -> None:
        found = [scenarios.find(name) for name in scenarios.names()]
        self.assertEqual([scenario.number for scenario in found], [f"{number:02}" for number in range(1, len(found) + 1)])


class Outcomes(unittest.TestCase):
    """The row of a scenario in the table of all."""

    def outcome(self, good: bool, moves: list[Move]) -> Outcome:
        expectations = Expectations()
        expectations.equal("a", 1, 1)
        expectations.equal("b", 1, 1 if good else 2)
        stage = Stage(None, Narrator(()), expectations, moves)  # type: ignore[arg-type]
        return Outcome(scenarios.find("01"), stage, good, 20.4)

    def test_the_first_move_stands_for_the_scenario(self) -> None:
        moves = [Move("killed", 0.178, 82, 3, 1), Move("back", 0.2, 90, 0, 0)]
        row = self.outcome(True, moves).row()
        self.assertEqual(row, ("01-azure-two-regions", "2 of 2", "killed", "178 ms", "4 of 82", "20 s"))
        self.assertEqual(len(row), len(HEAD))

    def test_a_failed_one_says_so_and_may_have_no_move(self) -> None:
        row = self.outcome(False, []).row()
        self.assertEqual(row, ("01-azure-two-regions", "1 of 2, FAILED", "-", "-", "-", "20 s"))


class Answers(unittest.TestCase):
    """Which answers are those that are waited for."""

    def test_the_nva_matters_only_where_it_is_named(self) -> None:
        request = Request(1.0, 1.002, 200, "North", "nva-a", "")
        self.assertTrue(Answer("North")(request) and Answer("North", "nva-a")(request))
        self.assertFalse(Answer("North", "nva-b")(request) or Answer("South")(request))

    def test_a_pattern_names_several(self) -> None:
        north, west = (Request(1.0, 1.002, 200, "North", nva, "") for nva in ("nva-1-ne", "nva-1-we"))
        self.assertEqual([Answer("North", "nva-*-ne")(request) for request in (north, west)], [True, False])

    def test_a_lost_request_has_no_answer(self) -> None:
        self.assertFalse(Answer("North")(Request(1.0, 1.002, 503, "North", "", "")))


class Client:
    """Stands for the process that asks: it writes these lines and ends."""

    def __init__(self, *lines: str) -> None:
        self.stdout = lines


class Loads(unittest.TestCase):
    """Requests that are still out are not forgotten."""

    def load(self, *lines: str) -> Load:
        load = Load.__new__(Load)
        load.begin(Client(*lines))  # type: ignore[arg-type]
        load.join()
        return load

    def test_a_slow_request_keeps_its_moment_open(self) -> None:
        quick = ['[0, 1.0, 1.1, 200, "N", "", ""]', '[2, 3.0, 3.1, 200, "N", "", ""]']
        self.assertTrue(self.load(*quick).closed(1.0))
        self.assertFalse(self.load(*quick).closed(2.5))
        self.assertTrue(self.load(*quick, '[1, 2.0, 4.0, 0, "", "", "no answer in time"]').closed(2.5))

    def test_traffic_is_settled_by_requests_after_the_event_only(self) -> None:
        load = self.load('[0, 1.0, 1.1, 200, "N", "", ""]', '[1, 2.0, 2.1, 200, "N", "", ""]')
        self.assertTrue(load.settled(2, Answer("N")))
        self.assertFalse(load.settled(2, Answer("N"), since=1.5))


if __name__ == "__main__":
    unittest.main()
