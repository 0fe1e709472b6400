"""The pure parts of what is measured: figures, logs, UPDATEs of the flood, configurations made for a run."""

import os
import socket
import subprocess
import unittest

from herald_lab import bgp_frames, bridge, contenders, cuts, flood_client, logs, measured, reloads, scale
from herald_lab.capture import Sight
from herald_lab.course import first_updates
from herald_lab.expect import Expectations
from herald_lab.figures import median, percentile
from herald_lab.load import Request


class Figures(unittest.TestCase):
    """What is said of many measurements was measured."""

    def test_percentiles_are_nearest_ranks(self) -> None:
        values = list(range(1, 101))
        self.assertEqual([percentile(values, share) for share in (1, 50, 99, 100)], [1, 50, 99, 100])

    def test_of_few_values_the_highest_percentile_is_the_longest(self) -> None:
        self.assertEqual((median([3.0, 1.0, 2.0]), percentile([3.0, 1.0, 2.0], 99)), (2.0, 3.0))

    def test_a_duration_over_its_limit_is_missed(self) -> None:
        expectations = Expectations()
        self.assertTrue(expectations.at_most("a", 0.010, 0.010))
        self.assertFalse(expectations.at_most("b", 0.010, 0.0101))
        self.assertEqual(expectations.rows[0][1:3], ("at most 10 ms", "10 ms"))


class Updates(unittest.TestCase):
    """Who has been told."""

    def test_all_neighbours_must_have_been_told(self) -> None:
        told = {"a": [Sight("update", 1.0, "a", withdrawn=1)], "b": [Sight("update", 2.0, "b", announced=1)]}
        self.assertEqual(first_updates(told, "withdrawn", frozenset("ab")), [])
        told["b"].append(Sight("update", 3.0, "b", withdrawn=1))
        self.assertEqual(sorted(sight.at for sight in first_updates(told, "withdrawn", frozenset("ab"))), [1.0, 3.0])

    def test_other_neighbours_do_not_count(self) -> None:
        told = {name: [Sight("update", at, name, announced=1)] for name, at in (("a", 1.0), ("flood", 9.0))}
        self.assertEqual([sight.at for sight in first_updates(told, "announced", frozenset("a"))], [1.0])

    def test_the_first_update_counts(self) -> None:
        told = {"a": [Sight("update", at, "a", announced=1) for at in (1.0, 2.0)]}
        self.assertEqual([sight.at for sight in first_updates(told, "announced", frozenset("a"))], [1.0])


class Logs(unittest.TestCase):
    """Times in logs."""

    def test_herald_writes_utc(self) -> None:
        self.assertEqual(logs.moment("1970-01-02T00:00:01.500000Z  WARN session lost neighbor=frr"), 86401.5)

    def test_frr_writes_local_time(self) -> None:
        line = "2026/11/21 06:00:00.250000 BGP: [X] %ADJCHANGE: neighbor 10.0.1.1(nva) in vrf default Down"
        at = logs.moment(line)
        assert at is not None
        self.assertEqual(at % 1, 0.25)

    def test_other_lines_have_no_time(self) -> None:
        self.assertIsNone(logs.moment("error: no such file"))


class Flooding(unittest.TestCase):
    """The UPDATEs of the sender, read by the reader of the capture."""

    def test_routes_share_an_update_that_fits(self) -> None:
        message = flood_client.update(65515, "10.0.4.2", 0, 800)
        self.assertLessEqual(len(message), bgp_frames.MESSAGE_LENGTH)
        self.assertEqual(bgp_frames.update(message).announced, 800)

    def test_routes_follow_one_another(self) -> None:
        message = flood_client.update(65515, "10.0.4.2", 258, 2)
        self.assertEqual(message[-10:], bytes([32, 11, 0, 1, 2, 32, 11, 0, 1, 3]))

    def test_the_stream_is_framed(self) -> None:
        octets = flood_client.opening(65515, "10.0.4.2") + flood_client.message(flood_client.KEEPALIVE)
        seen = [bgp_frames.kind(message) for message in bgp_frames.Stream().segment(0, octets)]
        self.assertEqual(seen, [bgp_frames.OPEN, bgp_frames.KEEPALIVE])
        self.assertIn(socket.inet_aton("10.0.4.2"), octets)


class Configurations(unittest.TestCase):
    """What is made from files is what it is meant to be: a text that is not found would go unnoticed."""

    def test_polling_has_no_event_socket(self) -> None:
        texts = [text for contender in contenders.POLLING for _, text in contender.files]
        self.assertEqual([("poll-interval" in text, "event-socket" in text) for text in texts], [(True, False)] * 2)
        self.assertIn("event-socket", contenders.HERALD.files[0][1])

    def test_a_thousand_addresses_go_to_two_frrs(self) -> None:
        text = scale.herald_toml()
        self.assertEqual((text.count("/32"), text.count("[neighbor."), "gobgp" in text), (scale.ADDRESSES, 2, False))
        self.assertTrue(all(f'"{address}"' in text for address in scale.NEIGHBORS.values()))

    def test_the_hold_time_takes_the_place_of_bfd(self) -> None:
        from herald_lab import peers

        self.assertIn(cuts.BFD_LINE, (peers.TOPOLOGY.parent / "nva" / "herald.toml").read_text())

    def test_the_west_bridges_to_the_north(self) -> None:
        north, west = (bridge.haproxy_cfg(region, True) for region in ("northeurope", "westeurope"))
        self.assertIn("server westeurope 172.16.136.70:8080 backup", north)
        self.assertIn("server northeurope 172.16.156.70:8080 backup", west)
        self.assertEqual((north.count("172.16.156.69:80"), west.count("172.16.136.69:80")), (2, 2))
        self.assertNotIn("172.16.136.69", north)
        self.assertNotIn("172.16.156.69", west)

    def test_the_shipped_ring_is_followed(self) -> None:
        ring = bridge.EVENT_RING.split('"')[1]
        self.assertIn(f"log ring@{ring} local0 notice", bridge.haproxy_cfg("westeurope", True))
        self.assertIn(bridge.EVENT_RING, bridge.herald_toml("we"))
        self.assertNotIn("event-socket", bridge.herald_toml("we"))

    def test_nothing_is_logged_outside_of_the_lab(self) -> None:
        rows = [row.split() for row in bridge.haproxy_cfg("westeurope", True).splitlines()]
        self.assertNotIn(["log", "/dev/log"], [row[:2] for row in rows])

    def test_without_the_bridge_only_the_bridge_is_missing(self) -> None:
        bridged, alone = (bridge.haproxy_cfg("northeurope", bridged).splitlines() for bridged in (True, False))
        self.assertEqual([row.strip() for row in bridged if row not in alone], ["server westeurope 172.16.136.70:8080 backup"])

    def test_each_backend_has_a_service(self) -> None:
        haproxy, herald = reloads.haproxy_cfg(reloads.SLOW), reloads.herald_toml()
        self.assertEqual((haproxy.count("10.0.3.2:80"), haproxy.count("\nbackend "), haproxy.count("inter 2s")), (5, 2, 2))
        self.assertEqual(herald.count("/32"), 2)
        self.assertNotIn("http_back", haproxy + herald)


class Answers(unittest.TestCase):
    """What daemons say."""

    def test_the_states_of_backends_are_read_by_the_head(self) -> None:
        stats = "# pxname,svname,weight,status,\nfour,BACKEND,1,UP,\nfour,s1,1,DOWN,\none,BACKEND,0,DOWN,\n\n"
        self.assertEqual(reloads.backends_in(stats), {"four": "UP", "one": "DOWN"})

    def test_shares_are_of_all_answers(self) -> None:
        sayings = reloads.Sayings(measured.TOPOLOGY)
        for state in ("UP", "DOWN", "UP", "UP"):
            sayings.hear({"one": state})
        self.assertEqual(sayings.shares(), {"one": 0.75})

    def test_the_state_of_bfd_is_found(self) -> None:
        status = '{"neighbors": [{"name": "gobgp"}, {"name": "frr", "bfd": {"state": "up"}}]}'
        self.assertEqual(cuts.bfd_state(status), "up")
        self.assertEqual(cuts.bfd_state('{"neighbors": [{"name": "frr", "bfd": null}]}'), "none")

    def test_what_was_cut_was_not_lost(self) -> None:
        old, new = Request(1.0, 1.002, 200, "N", "north", ""), Request(1.1, 1.102, 200, "W", "west", "")
        torn, refused = Request(1.05, 1.051, 0, "", "", "Connection reset by peer"), Request(1.06, 1.061, 503, "", "", "")
        self.assertEqual(bridge.fate([old, torn, refused, new], [1.0505]), (1, 1))


class Processors(unittest.TestCase):
    """The time that processes take."""

    def test_children_that_have_ended_count(self) -> None:
        before = contenders.cpu_seconds(os.getpid())
        subprocess.run(("sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"), check=True)
        self.assertGreater(contenders.cpu_seconds(os.getpid()), before)

    def test_what_is_far_below_a_hundredth_of_a_second_counts(self) -> None:
        before = contenders.cpu_seconds(os.getpid())
        sum(range(10_000))
        spent = contenders.cpu_seconds(os.getpid()) - before
        self.assertTrue(0 < spent < 5 and spent % 0.01 > 0, spent)


if __name__ == "__main__":
    unittest.main()
