"""BGP out of TCP segments: what is counted must have been on the wire, once."""

import unittest

from herald_lab import bgp_frames
from herald_lab.bgp_frames import FrameError, Stream, fewest_updates, update

# RFC 4271 §5: ORIGIN igp, AS_PATH 65010 in four octets, NEXT_HOP 192.0.2.1.
ATTRIBUTES = bytes.fromhex("40010100" + "4002060201" + "0000fdf2" + "400304" + "c0000201")
HOST = bytes.fromhex("20" + "09090909")


def message(kind: int, body: bytes = b"") -> bytes:
    """A whole BGP message."""
    return bgp_frames.MARKER + (19 + len(body)).to_bytes(2, "big") + bytes([kind]) + body


def update_of(withdrawn: bytes = b"", attributes: bytes = b"", announced: bytes = b"") -> bytes:
    """An UPDATE with these fields."""
    return message(bgp_frames.UPDATE, len(withdrawn).to_bytes(2, "big") + withdrawn + len(attributes).to_bytes(2, "big") + attributes + announced)


KEEPALIVE = message(bgp_frames.KEEPALIVE)
ANNOUNCE = update_of(attributes=ATTRIBUTES, announced=HOST)


class Streams(unittest.TestCase):
    """Reassembly and framing."""

    def test_several_messages_in_a_segment_are_all_found(self) -> None:
        self.assertEqual(Stream().segment(1, KEEPALIVE + ANNOUNCE + KEEPALIVE), [KEEPALIVE, ANNOUNCE, KEEPALIVE])

    def test_a_message_over_many_segments_is_found_once_it_is_whole(self) -> None:
        stream, found = Stream(), []
        for place in range(0, len(ANNOUNCE), 7):
            found += stream.segment(1000 + place, ANNOUNCE[place : place + 7])
        self.assertEqual(found, [ANNOUNCE])

    def test_a_segment_sent_again_is_counted_once(self) -> None:
        stream = Stream()
        self.assertEqual(stream.segment(5, ANNOUNCE), [ANNOUNCE])
        self.assertEqual(stream.segment(5, ANNOUNCE), [])

    def test_a_segment_sent_again_with_more_gives_only_the_new(self) -> None:
        stream = Stream()
        stream.segment(5, ANNOUNCE)
        self.assertEqual(stream.segment(5, ANNOUNCE + KEEPALIVE), [KEEPALIVE])

    def test_a_segment_that_overtook_another_waits_for_it(self) -> None:
        stream = Stream()
        stream.syn(4)
        self.assertEqual(stream.segment(5 + len(ANNOUNCE), KEEPALIVE), [])
        self.assertEqual(stream.segment(5, ANNOUNCE), [ANNOUNCE, KEEPALIVE])

    def test_sequence_numbers_wrap(self) -> None:
        stream = Stream()
        start = bgp_frames.SEQUENCE_SPACE - 10
        self.assertEqual(stream.segment(start, ANNOUNCE), [ANNOUNCE])
        self.assertEqual(stream.segment((start + len(ANNOUNCE)) % bgp_frames.SEQUENCE_SPACE, KEEPALIVE), [KEEPALIVE])

    def test_a_new_connection_begins_anew(self) -> None:
        stream = Stream()
        stream.segment(5, ANNOUNCE[:10])
        stream.syn(99)
        self.assertEqual(stream.segment(100, KEEPALIVE), [KEEPALIVE])

    def test_what_is_not_bgp_is_refused(self) -> None:
        with self.assertRaises(FrameError):
            Stream().segment(1, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")

    def test_a_length_that_no_message_has_is_refused(self) -> None:
        for length in (18, 4097):
            with self.subTest(length=length), self.assertRaises(FrameError):
                Stream().segment(1, bgp_frames.MARKER + length.to_bytes(2, "big") + b"\x04")


class Updates(unittest.TestCase):
    """Counting what an UPDATE says."""

    def test_an_announcement_is_counted(self) -> None:
        seen = update(ANNOUNCE)
        self.assertEqual((seen.announced, seen.withdrawn, seen.attributes, seen.octets), (1, 0, 20, 48))

    def test_prefixes_of_all_lengths_are_counted(self) -> None:
        withdrawn = bytes.fromhex("00" + "080a" + "140a0010" + "2001020304")
        self.assertEqual(update(update_of(withdrawn=withdrawn)).withdrawn, 4)

    def test_an_end_of_rib_says_nothing(self) -> None:
        self.assertTrue(update(update_of()).end_of_rib)
        self.assertFalse(update(ANNOUNCE).end_of_rib)

    def test_multiprotocol_prefixes_are_counted(self) -> None:
        prefix = bytes([128]) + bytes(16)
        reach = bytes.fromhex("000201" + "10") + bytes(16) + b"\x00" + prefix * 2
        unreach = bytes.fromhex("000201") + prefix * 3
        attributes = bytes([0x80, 14, len(reach)]) + reach + bytes([0x90, 15]) + len(unreach).to_bytes(2, "big") + unreach
        seen = update(update_of(attributes=attributes))
        self.assertEqual((seen.announced, seen.withdrawn), (2, 3))

    def test_a_cut_prefix_is_refused(self) -> None:
        with self.assertRaises(FrameError):
            update(update_of(attributes=ATTRIBUTES, announced=HOST[:-1]))

    def test_a_field_longer_than_the_update_is_refused(self) -> None:
        with self.assertRaises(FrameError):
            update(message(bgp_frames.UPDATE, b"\x00\x09\x00\x00"))


class Fewest(unittest.TestCase):
    """The arithmetic that `lab/run scale` compares with: RFC 4271 §4.3, 23 octets without any field."""

    def test_a_full_withdrawal_holds_814_hosts(self) -> None:
        self.assertEqual([fewest_updates(count, 5, 0) for count in (1, 814, 815, 1000, 1629)], [1, 1, 2, 2, 3])

    def test_attributes_take_room(self) -> None:
        self.assertEqual([fewest_updates(count, 5, 20) for count in (810, 811)], [1, 2])

    def test_a_message_filled_to_the_brim_fits(self) -> None:
        self.assertLessEqual(len(update_of(withdrawn=HOST * 814)), bgp_frames.MESSAGE_LENGTH)
        self.assertGreater(len(update_of(withdrawn=HOST * 815)), bgp_frames.MESSAGE_LENGTH)


if __name__ == "__main__":
    unittest.main()
