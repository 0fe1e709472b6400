"""Validation by a schema: faults have lines, and containerlab's patterns compile."""

import re
import tempfile
import unittest
from pathlib import Path

from herald_lab import validate

try:
    import jsonschema
except ImportError:
    jsonschema = None

# As containerlab's: an optional zone behind an address, in ECMA 262's words.
ZONE = r"^fe80::1(%[\p{N}\p{L}]+)?$"

SMALLEST = """\
name: x
topology:
  nodes:
    a:
      image: herald-lab/host
      kind: linux
      network-mode: none
  links: []
"""


class Translation(unittest.TestCase):
    """What Python's re cannot compile is rewritten."""

    def test_letters_and_numbers_become_word_characters(self) -> None:
        (pattern,) = validate.translate({"items": [{"pattern": ZONE}]})["items"]
        self.assertRegex("fe80::1%eth0", re.compile(pattern["pattern"]))
        self.assertNotRegex("fe80::1%", re.compile(pattern["pattern"]))

    def test_everything_else_stays(self) -> None:
        schema = {"type": "object", "properties": {"pattern": {"type": "string"}}, "required": ["a"], "minItems": 1}
        self.assertEqual(validate.translate(schema), schema)


class Schema(unittest.TestCase):
    """A broken file is refused with its line."""

    def setUp(self) -> None:
        if jsonschema is None:
            self.fail("these tests need python3-jsonschema: apt-get install python3-jsonschema")
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.file = Path(directory.name) / "x.clab.yml"
        self.file.write_text(SMALLEST)

    def check(self, schema: dict) -> list[str]:
        validator = jsonschema.Draft7Validator(schema)
        return [f"{fault.line}: {fault.what}" for fault in validate.check(self.file, validator)]

    def test_a_file_as_the_schema_wants_it_has_no_faults(self) -> None:
        self.assertEqual(self.check({"type": "object", "required": ["name"]}), [])

    def test_a_refusal_names_line_and_place(self) -> None:
        image = {"properties": {"image": {"type": "string", "pattern": "^ghcr"}}}
        nodes = {"properties": {"nodes": {"additionalProperties": image}}}
        (fault,) = self.check({"properties": {"topology": nodes}})
        self.assertTrue(fault.startswith("5: containerlab's schema refuses topology.nodes.a.image"), fault)

    def test_structure_is_checked_without_a_schema_too(self) -> None:
        self.file.write_text(self.file.read_text().replace("links: []", 'links: [{endpoints: ["a:eth1", "b:eth1"]}]'))
        self.assertEqual([fault.line for fault in validate.check(self.file)], [8])


if __name__ == "__main__":
    unittest.main()
