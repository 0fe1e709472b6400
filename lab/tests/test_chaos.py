"""The pure parts of chaos and soak: schedules, truth, windows of disagreement, causes of losses, levels."""

import os
import unittest

from herald_lab import many, resources, soak
from herald_lab.chaos import faults, ground, report, schedule, tables
from herald_lab.chaos.check import Watch
from herald_lab.chaos.truth import BACK, GONE, HOLD, SLACK, Life, Part, Region, Wanted
from herald_lab.load import Request

START = 100.0


def region() -> Region:
    """A region in which everything has been up for long."""
    return Region(servers={"rs": Part()})


class Schedules(unittest.TestCase):
    """Which faults strike."""

    def test_the_same_seed_gives_the_same_faults(self) -> None:
        self.assertEqual(schedule.make(7, 5), schedule.make(7, 5))
        self.assertNotEqual(schedule.make(7, 5), schedule.make(8, 5))

    def test_every_kind_comes_before_any_comes_twice(self) -> None:
        names = {kind.name for kind in schedule.KINDS}
        first = [step.kind for step in schedule.make(1, 10) if step.kind in names][: len(names)]
        self.assertEqual(set(first), names)

    def test_faults_of_a_lane_follow_one_another_and_end_in_time(self) -> None:
        for kinds in (schedule.KINDS, schedule.DEATHS):
            names = {kind.name for kind in kinds}
            steps = [step for step in schedule.make(3, 4) if step.kind in names]
            self.assertTrue(steps)
            self.assertTrue(all(before.end < after.at for before, after in zip(steps, steps[1:])))
            self.assertLessEqual(steps[-1].end, 4 * 60 - schedule.LAST)

    def test_every_kind_can_be_made(self) -> None:
        self.assertEqual({kind.name for kind in (*schedule.KINDS, *schedule.DEATHS)}, faults.KNOWN)


class Truth(unittest.TestCase):
    """What a table must hold, and by when."""

    def test_all_up_is_present(self) -> None:
        wanted = region().wanted("rs")
        self.assertTrue(wanted.present)
        self.assertLess(wanted.due, START)

    def test_every_end_of_every_part_is_absent_by_its_allowance(self) -> None:
        for part, lives in GONE.items():
            for life, allowance in lives.items():
                with self.subTest(part=part, life=life):
                    world = region()
                    world.change(part, life, START)
                    wanted = world.wanted("rs")
                    self.assertEqual((wanted.present, wanted.due), (False, START + allowance.seconds))

    def test_every_return_is_present_by_its_allowance(self) -> None:
        for part in GONE:
            with self.subTest(part=part):
                world = region()
                world.change(part, Life.GONE, START)
                world.change(part, Life.UP, START + 1)
                wanted = world.wanted("rs")
                self.assertEqual((wanted.present, wanted.due), (True, START + 1 + BACK[part].seconds))

    def test_the_sooner_of_two_ends_counts(self) -> None:
        world = region()
        world.change("web", Life.GONE, START)
        world.change("word", Life.GONE, START - 1)
        self.assertEqual(world.wanted("rs").due, START - 1 + SLACK)

    def test_what_happens_behind_a_silence_is_known_by_its_end(self) -> None:
        world = region()
        world.change("haproxy", Life.SILENT, START)
        world.change("web", Life.GONE, START + 1)
        self.assertEqual(world.wanted("rs").due, START + GONE["haproxy"][Life.SILENT].seconds)
        world.change("haproxy", Life.UP, START + 4)
        self.assertEqual(world.wanted("rs").due, START + 4 + SLACK)

    def test_what_was_told_into_a_silence_is_known_by_the_hold_time(self) -> None:
        world = region()
        world.change("path", Life.SILENT, START)
        world.change("web", Life.GONE, START + 1)
        world.change("path", Life.UP, START + 2)
        self.assertEqual(world.wanted("rs").due, START + HOLD + SLACK)

    def test_nothing_is_demanded_of_a_route_server_that_does_not_run(self) -> None:
        world = region()
        world.change("rs", Life.GONE, START)
        self.assertIsNone(world.wanted("rs").present)
        world.change("rs", Life.UP, START + 1)
        self.assertEqual(world.wanted("rs").due, START + 1 + BACK["server"].seconds)

    def test_nothing_is_demanded_while_the_agent_drains(self) -> None:
        world = region()
        world.change("herald", Life.LEAVING, START)
        self.assertIsNone(world.wanted("rs").present)

    def test_the_address_is_wanted_while_herald_runs_whatever_health_says(self) -> None:
        world = region()
        world.change("web", Life.GONE, START)
        self.assertTrue(world.wanted_address().present)
        world.change("herald", Life.SILENT, START)
        self.assertIsNone(world.wanted_address().present)


class Windows(unittest.TestCase):
    """Disagreement, longer than allowed."""

    ABSENT = Wanted(False, START + 2, "a reason")

    def test_agreement_is_no_violation(self) -> None:
        watch = Watch("t")
        for second in range(10):
            watch.see(START + second, False, self.ABSENT)
        watch.close()
        self.assertEqual((watch.violations, watch.samples), ([], 10))

    def test_disagreement_is_allowed_until_it_is_due(self) -> None:
        watch = Watch("t")
        self.assertIsNone(watch.see(START + 1, True, self.ABSENT))
        self.assertIsNone(watch.see(START + 2, True, self.ABSENT))
        watch.see(START + 2.1, False, self.ABSENT)
        self.assertEqual((watch.violations, watch.changes), ([], 1))

    def test_a_violation_is_one_window(self) -> None:
        watch = Watch("t")
        seen = [watch.see(START + second, True, self.ABSENT, ("f",)) for second in (1, 2, 3, 4)]
        self.assertEqual([bool(violation) for violation in seen], [False, False, True, False])
        watch.see(START + 5, False, self.ABSENT)
        (violation,) = watch.violations
        self.assertEqual((violation.since, violation.until, violation.due, violation.faults), (START + 1, START + 4, START + 2, ("f",)))
        self.assertIn("present for 3.00 s, to be absent", str(violation))

    def test_a_violation_at_the_end_of_the_run_counts(self) -> None:
        watch = Watch("t")
        watch.see(START + 3, True, self.ABSENT)
        watch.close()
        self.assertEqual(len(watch.violations), 1)

    def test_no_answer_is_no_disagreement(self) -> None:
        watch = Watch("t")
        watch.see(START + 3, None, self.ABSENT)
        watch.see(START + 3, True, Wanted(None, 0.0, ""))
        watch.close()
        self.assertEqual((watch.violations, watch.samples), ([], 0))


class Causes(unittest.TestCase):
    """What a request was lost to."""

    def setUp(self) -> None:
        self.episodes = [
            report.Episode(schedule.Step(0, "a", "ne", 1), 10.0, 20.0),
            report.Episode(schedule.Step(0, "b", "we", 1), 15.0, 25.0),
        ]

    def cause(self, sent: float, done: float) -> str:
        return report.cause(self.episodes, Request(sent, done, 0, "", "", "reset"))

    def test_faults_in_force_while_it_was_out(self) -> None:
        self.assertEqual([self.cause(9.0, 11.0), self.cause(16.0, 17.0), self.cause(24.0, 26.0)], ["a", "a + b", "b"])

    def test_the_one_healed_last_before(self) -> None:
        self.assertEqual(self.cause(30.0, 31.0), "after: b")

    def test_nothing(self) -> None:
        self.assertEqual([self.cause(1.0, 2.0), self.cause(60.0, 61.0)], [report.NOTHING] * 2)

    def test_answered_requests_are_not_counted(self) -> None:
        self.assertEqual(report.lost_by_cause(self.episodes, [Request(16.0, 17.0, 200, "", "", "")]), {})

    def test_the_table_has_a_row_for_each_kind(self) -> None:
        rows = report.faults_table(self.episodes, [], report.lost_by_cause(self.episodes, [Request(11.0, 12.0, 0, "", "", "")]))
        self.assertEqual([(row[0], row[4]) for row in rows[1:]], [("a", "1"), ("b", "0")])


class Tables(unittest.TestCase):
    """What route servers and kernels answer."""

    def test_a_path_of_frr_is_known_by_its_next_hop(self) -> None:
        answer = '{"paths": [{"nexthops": [{"ip": "10.0.0.1"}]}]}'
        self.assertEqual([tables.frr_path(answer, hop) for hop in ("10.0.0.1", "10.0.0.2")], [True, False])
        self.assertFalse(tables.frr_path("{\n}\n", "10.0.0.1"))

    def test_what_is_no_table_is_no_answer(self) -> None:
        self.assertEqual([tables.gobgp_path(text, "9.9.9.9/32") for text in ('{"9.9.9.9/32": []}', "{}", "", "rpc error")], [True, False, None, None])

    def test_an_address_is_local(self) -> None:
        trie = "Local:\n     |-- 9.9.9.9\n        /32 host LOCAL\n     |-- 9.9.9.255\n        /32 link BROADCAST\n"
        self.assertEqual([tables.is_local(trie, address) for address in ("9.9.9.9", "9.9.9.255", "9.9.9.8")], [True, False, False])


class Configurations(unittest.TestCase):
    """A text that is not found would go unnoticed."""

    def test_timers_are_short(self) -> None:
        for name in schedule.REGIONS:
            text = ground.herald_toml(name)
            self.assertEqual([text.count(word) for word in ("hold-time", "connect-retry", "grace", "unknown-for")], [1, 1, 1, 1])

    def test_a_reload_changes_something(self) -> None:
        before, after = soak.herald_toml(False), soak.herald_toml(True)
        self.assertIn("127.0.0.1:9642", before)
        self.assertEqual([text.count("[service.") for text in (before, after)], [4, 6])
        self.assertIn("prepend = 2", after)

    def test_there_are_eight_neighbours_and_a_thousand_services(self) -> None:
        text = many.herald_toml()
        self.assertEqual((text.count("[neighbor."), text.count("addresses =")), (8, 1000))
        self.assertEqual((many.frr_conf().count("remote-as"), many.gobgp_toml().count("[[neighbors]]")), (4, 4))


class Levels(unittest.TestCase):
    """Whether something grows."""

    def test_thirds_are_compared_by_their_medians(self) -> None:
        level = resources.level([1, 2, 3, 9, 9, 9, 5, 6, 7])
        self.assertEqual((level.first, level.last, level.highest, level.growth), (2, 6, 9, 4))

    def test_this_process_can_be_sampled(self) -> None:
        held = resources.sample(os.getpid())
        self.assertTrue(held.resident_kib > 1000 and held.descriptors > 2 and held.threads >= 1)


if __name__ == "__main__":
    unittest.main()
