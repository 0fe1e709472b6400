"""The pure parts of bench: which expectation shows which bar, tables, the page, the rivals' configurations."""

import unittest

from herald_lab import bench, flood, measured, page, reaction, rivals
from herald_lab.contenders import EXABGP, EXABGP_DEFAULT, HERALD, POLLING
from herald_lab.expect import Expectations
from herald_lab.reaction import KINDS, Result


def result(contender, seconds: float, cpu: float = 0.06) -> Result:
    """A contender that always takes so long, and so many processor seconds a minute."""
    return Result(contender, {kind: [seconds] * 5 for kind in KINDS}, cpu=cpu, resident=8.0)


class Bars(unittest.TestCase):
    """What must be reached."""

    def word(self, what: str, expectations: Expectations) -> str:
        return next(word for bar, _, word in bench.judged(expectations) if bar.what == what)

    def test_a_bar_without_a_figure_is_not_met(self) -> None:
        self.assertEqual({word for _, _, word in bench.judged(Expectations())}, {"not measured"})

    def test_one_missed_expectation_misses_the_bar(self) -> None:
        seen = Expectations()
        seen.at_most("agent start → announced to both, median of 3", 0.1, 0.05)
        self.assertEqual(self.word("agent start → announced", seen), "met")
        seen.at_most("agent start → announced to both, median of 3", 0.1, 0.15)
        self.assertEqual(self.word("agent start → announced", seen), "NOT MET")

    def test_a_bar_without_a_limit_is_measured(self) -> None:
        seen = Expectations()
        seen.note("without the bridge: requests lost in 5 deaths", "167")
        self.assertEqual(self.word("… without it", seen), "measured")

    def test_the_longest_wait_is_shown_and_a_high_percentile_is_judged(self) -> None:
        seen = Expectations()
        flood.judge(seen, "one route an UPDATE", [0.003] * 38 + [0.060] * 2)
        self.assertEqual(self.word("a peer sends 1,000,000 routes", seen), "met")
        self.assertIn("longest: 60 ms", next(text for bar, text, _ in bench.judged(seen) if bar.what.startswith("a peer")))
        flood.judge(seen, "800 routes an UPDATE", [0.003] * 37 + [0.011] * 3)
        self.assertEqual(self.word("a peer sends 1,000,000 routes", seen), "NOT MET")

    def test_polling_is_judged_by_nearly_all_of_its_changes(self) -> None:
        for late, word in ((2, "met"), (3, "NOT MET")):
            seen, polling = Expectations(), [result(contender, 0.001) for contender in POLLING]
            polling[0].reactions[reaction.DOWN] = [0.030] * (40 - late) + [0.053] * late
            reaction.judge(seen, [result(HERALD, 0.001), *polling])
            self.assertEqual(self.word("the same by polling alone", seen), word)

    def test_what_contenders_show_is_no_bar_of_another(self) -> None:
        seen = Expectations()
        seen.at_most(f"{HERALD.name}: UP → announcement, median", 0.002, 0.001)
        self.assertEqual([bar.what for bar, _, word in bench.judged(seen) if word == "met"], ["HAProxy marks a server UP → announcement"])


class Pages(unittest.TestCase):
    """What is drawn and written."""

    def test_ratios_are_of_the_first(self) -> None:
        rows = bench.side_by_side([result(HERALD, 0.001), result(EXABGP_DEFAULT, 4.5)])
        self.assertEqual(rows[1][1], "1.0 ms (1.0 ms to 1.0 ms) x1.0")
        self.assertEqual(rows[2][1:], (*["4.50 s (4.50 s to 4.50 s) x4500.0"] * 3, "0.10%", "8.0 MiB"))

    def test_the_page_says_who_was_left_out(self) -> None:
        text = bench.document([result(HERALD, 0.001)], bench.judged(Expectations()), "it is left out: no network", 5, ("herald 1.2.3",))
        self.assertIn("it is left out: no network.", text)
        self.assertEqual(text.count("not measured"), len(bench.BARS))

    def test_the_sentence_names_those_who_took_part(self) -> None:
        seen = [result(HERALD, 0.0008, cpu=0.03), result(POLLING[-1], 0.221), result(EXABGP, 0.011, cpu=22.5)]
        self.assertEqual(
            page.sentence(seen),
            "from HAProxy's word that the last server is down to the withdrawal on the wire, herald takes a median of 0.8 ms, and less than 0.1 % of"
            " a core at rest; ExaBGP's healthcheck every 10 ms takes 11 ms and 37.5 %; herald polling every 500 ms alone takes 221 ms.",
        )
        self.assertEqual(page.sentence(seen[1:]), "")

    def test_the_readme_repeats_it(self) -> None:
        readme = f"# herald\n\n{page.IN_README}an old\nfigure.\n\n## More\n"
        self.assertEqual(page.repeated(readme, "a new one."), f"# herald\n\n{page.IN_README}a new one.\n\n## More\n")

    def test_the_page_shows_the_sentence(self) -> None:
        seen = [result(HERALD, 0.001)]
        text = bench.document(seen, bench.judged(Expectations()), "", 5, ())
        self.assertIn(page.ON_PAGE + page.sentence(seen), " ".join(text.split()))


class Rivals(unittest.TestCase):
    """Configurations made for a run."""

    def test_default_settings_are_exabgp_s_own(self) -> None:
        text = dict(EXABGP_DEFAULT.files)["/run/exabgp/healthcheck.conf"]
        self.assertEqual([text.count(word) for word in ("\ninterval = 5", "fast-interval = 1", "rise = 3", "fall = 3", "0.01")], [1, 1, 1, 1, 0])
        self.assertIn("/run/exabgp/healthcheck.conf", dict(EXABGP_DEFAULT.files)["/run/exabgp/exabgp.conf"])

    def test_bird_has_the_same_neighbours(self) -> None:
        text = rivals.bird_conf()
        self.assertTrue(all(f"neighbor {address} as 65515" in text for address in measured.NEIGHBORS.values()))
        self.assertNotIn("rs-frr", text)


if __name__ == "__main__":
    unittest.main()
