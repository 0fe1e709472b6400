"""The small pure parts: durations in words, fates of requests, image names, expectations."""

import contextlib
import io
import os
import unittest

from herald_lab import images, routers, runs, say
from herald_lab.expect import Expectations
from herald_lab.load import Request, cut, lost, tally
from herald_lab.memory import resident_kib
from herald_lab.turns import concerns
from herald_lab.wait import Missed, until


def request(status: int = 200, region: str = "North Europe", error: str = "") -> Request:
    """A request and its answer."""
    return Request(sent=1.0, done=1.002, status=status, region=region, nva="northeurope", error=error)


class Durations(unittest.TestCase):
    """Durations for people."""

    def test_the_unit_fits_the_size(self) -> None:
        seen = [say.milliseconds(seconds) for seconds in (0.0014, 0.0123, 0.512, 2.314)]
        self.assertEqual(seen, ["1.4 ms", "12 ms", "512 ms", "2.31 s"])


class Requests(unittest.TestCase):
    """What became of requests."""

    def test_an_answer_names_who_gave_it(self) -> None:
        self.assertEqual(request().fate, "North Europe via northeurope")

    def test_everything_but_the_page_is_lost(self) -> None:
        requests = [request(), request(status=503), request(status=0), request(status=0, error="Connection refused")]
        self.assertEqual(lost(requests), 3)
        self.assertEqual([r.fate for r in requests[1:]], ["status 503", "connection closed without an answer", "Connection refused"])

    def test_a_request_open_while_the_route_moved_was_cut(self) -> None:
        old = [Request(at, at + 0.002, 200, "N", "old", "") for at in (1.000, 1.005)]
        new = [Request(at, at + 0.002, 200, "W", "new", "") for at in (1.015, 1.020)]
        torn = Request(1.010, 1.011, 0, "", "", "Connection reset by peer")
        self.assertEqual(cut([*old, torn, *new], [0.5, 1.0105]), 1)

    def test_a_request_lost_before_or_after_the_move_was_not_cut(self) -> None:
        early, late = (Request(at, at + 0.001, 0, "", "", "Connection reset by peer") for at in (0.9, 1.2))
        self.assertEqual(cut([early, late], [1.05]), 0)

    def test_who_was_refused_or_not_answered_was_not_cut(self) -> None:
        errors = ("Connection refused", "no answer in time")
        requests = [Request(1.0, 1.1, 0, "", "", error) for error in errors] + [Request(1.0, 1.1, 503, "", "", "")]
        self.assertEqual(cut(requests, [1.05]), 0)

    def test_without_a_move_nothing_is_cut(self) -> None:
        self.assertEqual(cut([request(), request(status=0, error="Connection reset by peer")], []), 0)

    def test_a_route_that_changes_is_told_by_its_own_line_only(self) -> None:
        lines = (
            "9.9.9.9 nhid 26 proto bgp metric 20 \\\tnexthop via 10.0.0.2 dev d0 weight 1",
            "Deleted 9.9.9.9 via 10.0.0.2 dev d0",
            "9.9.9.0/24 via 10.0.0.2 dev d0",
            "10.1.0.0/24 via 9.9.9.9 dev d0",
            "local 9.9.9.9 dev lo table local proto kernel scope host",
            "default via 10.0.0.1 dev d0",
            "2001:db8::/32 dev d0",
        )
        self.assertEqual([concerns(line, "9.9.9.9") for line in lines], [True, True, True, False, False, False, False])

    def test_fates_are_counted(self) -> None:
        self.assertEqual(tally([request(), request(), request(status=503)]).most_common(1), [("North Europe via northeurope", 2)])


class Images(unittest.TestCase):
    """Image names and what runs there."""

    def test_the_tag_does_not_matter(self) -> None:
        self.assertTrue(images.is_known("quay.io/frrouting/frr:10.5.1"))
        self.assertTrue(images.is_known("herald-lab/nva"))

    def test_a_port_of_a_registry_is_no_tag(self) -> None:
        self.assertFalse(images.is_known("localhost:5000/herald-lab"))

    def test_herald_starts_after_haproxy(self) -> None:
        self.assertEqual([program.name for program in images.look_up("herald-lab/nva").programs], ["haproxy", "herald"])


class Tables(unittest.TestCase):
    """FRR's table, cut to one prefix."""

    # FRR 8 and FRR 10 draw it three and five columns in.
    OLD = ("   Network          Next Hop            Metric LocPrf Weight Path", "*> 9.9.9.9/32       172.16.158.12  0 65515 i")
    NEW = ("     Network          Next Hop            Metric LocPrf Weight Path", " *>  9.9.9.9/32       172.16.158.12  0 65515 i")

    def test_both_layouts_are_read(self) -> None:
        for head, row in (self.OLD, self.NEW):
            with self.subTest(head=head):
                self.assertEqual(routers.rows_of(["BGP table version is 3", "", head, row, "", "Displayed 1 routes"], "9.9.9.9/32"), [head, row])

    def test_rows_without_a_network_belong_to_the_one_above(self) -> None:
        head, row = self.OLD
        more = "*                   172.16.138.12  0 65515 65010 i"
        other = "*> 10.1.0.0/24      0.0.0.0        0 32768 i"
        self.assertEqual(routers.rows_of([head, row, more, other, more], "9.9.9.9/32"), [head, row, more])

    def test_a_path_that_is_being_removed_is_left_out(self) -> None:
        head, row = self.OLD
        removed = row.replace("*>", "R ")
        nameless = row.replace("9.9.9.9/32", "          ")
        self.assertEqual(routers.rows_of([head, removed, nameless], "9.9.9.9/32"), [head, nameless])

    def test_a_missing_prefix_is_said_to_be_missing(self) -> None:
        for table in ([], list(self.OLD)):
            self.assertEqual(routers.rows_of(table, "9.9.9.8/32"), ["9.9.9.8/32: not in the table"])


class Asked:
    """Stands for a node whose router says this."""

    def __init__(self, said: str) -> None:
        self.said = said

    def run(self, *_: str, **__: object) -> str:
        """What it says to whatever is asked."""
        return self.said


class Routers(unittest.TestCase):
    """What BIRD and the kernel say."""

    BIRD = """\
BIRD 2.0.12 ready.
Table master4:
203.0.113.80/32      unicast [rs_1_v4 10:25:34.037 from 192.0.2.1] * (100) [AS65010i]
\tvia 192.0.2.11 on eth2
\tBGP.as_path: 65010
\tBGP.next_hop: 192.0.2.11
                     unicast [rs_2_v4 10:25:35.292 from 192.0.2.2] (100) [AS65010i]
\tvia 192.0.2.12 on eth2
\tBGP.as_path: 65010 65010
\tBGP.next_hop: 192.0.2.12
"""
    PROTOCOLS = """\
BIRD 2.0.12 ready.
Name       Proto      Table      State  Since         Info
device1    Device     ---        up     10:25:29.000
rs_1_v4    BGP        ---        up     10:25:30.100  Established
  BGP state:          Established
    Neighbor address: 192.0.2.1

rs_2_v4    BGP        ---        start  10:25:30.100  Active        Socket: Connection refused
  BGP state:          Active
    Neighbor address: 192.0.2.2
"""

    def test_birds_paths_are_told_apart(self) -> None:
        paths = routers.bird_paths(Asked(self.BIRD), "203.0.113.80/32")  # type: ignore[arg-type]
        self.assertEqual([(path.as_path, path.next_hop, path.best) for path in paths], [("65010", "192.0.2.11", True), ("65010 65010", "192.0.2.12", False)])

    def test_a_network_that_bird_does_not_know_has_no_path(self) -> None:
        self.assertEqual(routers.bird_paths(Asked("BIRD 2.0.12 ready.\nNetwork not found\n"), "203.0.113.80/32"), [])  # type: ignore[arg-type]

    def test_only_established_protocols_of_bird_are_sessions(self) -> None:
        self.assertEqual(routers.bird_established(Asked(self.PROTOCOLS)), {"192.0.2.1"})  # type: ignore[arg-type]

    def test_equal_next_hops_of_the_kernel_are_all_named(self) -> None:
        one, two = '{"dst": "x", "gateway": "10.0.0.2"}', '{"dst": "x", "nexthops": [{"gateway": "10.0.0.3"}, {"gateway": "10.0.0.2"}]}'
        for said, wanted in ((f"[{one}]", ["10.0.0.2"]), (f"[{two}]", ["10.0.0.2", "10.0.0.3"]), ("[]", []), ("", [])):
            with self.subTest(said=said):
                self.assertEqual(routers.gateways(Asked(said), "203.0.113.80/32"), wanted)  # type: ignore[arg-type]


class Expecting(unittest.TestCase):
    """The verdict of a run."""

    def test_a_run_without_expectations_proves_nothing(self) -> None:
        self.assertFalse(Expectations().met())

    def test_one_missed_expectation_fails_the_run(self) -> None:
        expectations = Expectations()
        expectations.equal("a", 1, 1)
        self.assertTrue(expectations.met())
        expectations.equal("b", 1, 2)
        self.assertFalse(expectations.met())

    def test_what_is_only_measured_neither_proves_nor_fails(self) -> None:
        expectations = Expectations()
        expectations.note("longest", "60 ms")
        self.assertFalse(expectations.met())
        expectations.equal("a", 1, 1)
        self.assertTrue(expectations.met())
        self.assertEqual(expectations.judged(), [True])

    def test_the_closing_table_shows_what_was_missed(self) -> None:
        expectations, out = Expectations(), io.StringIO()
        expectations.equal("requests lost", 0, 3)
        expectations.note("longest", "60 ms")
        with contextlib.redirect_stdout(out):
            self.assertFalse(expectations.close(say.Narrator()))
        self.assertRegex(out.getvalue(), r"requests lost +0 +3 +NOT MET")
        self.assertRegex(out.getvalue(), r"longest +60 ms +measured")
        self.assertIn("not met: 1 of 1", out.getvalue())


class Waiting(unittest.TestCase):
    """Waiting ends: with the answer, or with words."""

    def test_the_first_true_answer_is_returned(self) -> None:
        answers = iter(([], None, "yes"))
        self.assertEqual(until("an answer", lambda: next(answers), every=0), "yes")

    def test_a_missed_deadline_says_what_was_awaited_and_seen(self) -> None:
        with self.assertRaisesRegex(Missed, "waited 0 s for the route; it has none"):
            until("the route", lambda: False, seconds=0, seen=lambda: "it has none")


class Processes(unittest.TestCase):
    """A process is known by number and start time."""

    def test_this_process_is_alive(self) -> None:
        own = runs.Process.of(os.getpid())
        self.assertTrue(own and own.alive())

    def test_the_same_number_started_at_another_time_is_a_stranger(self) -> None:
        own = runs.Process.of(os.getpid())
        assert own is not None
        self.assertFalse(runs.Process(own.pid, own.started + 1).alive())

    def test_the_memory_of_this_process_can_be_read(self) -> None:
        self.assertGreater(resident_kib(os.getpid()), 1000)


if __name__ == "__main__":
    unittest.main()
