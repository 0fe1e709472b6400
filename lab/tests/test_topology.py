"""The topology reader: what it takes, and how it refuses the rest."""

import tempfile
import unittest
from pathlib import Path

from herald_lab import topology
from herald_lab.marked import Faults

LAB = Path(__file__).parent.parent

SMALL = """\
name: small
topology:
  defaults:
    kind: linux
    network-mode: none
  nodes:
    a:
      image: herald-lab/gobgp
      binds:
        - a.conf:/etc/gobgpd.toml:ro
      env:
        NUMBER: 7
      sysctls:
        net.ipv4.ip_forward: 1
      exec:
        - ip address add 10.0.0.1/24 dev eth1
        - bash -c "echo 'two words'"
    b:
      image: herald-lab/host
  links:
    - endpoints: ["a:eth1", "b:eth1"]
      mtu: 9000
"""


class Reader(unittest.TestCase):
    """Each test writes one file."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        (self.directory / "a.conf").touch()

    def read(self, text: str) -> topology.Topology:
        path = self.directory / "small.clab.yml"
        path.write_text(text)
        return topology.read(path)

    def faults(self, text: str) -> list[str]:
        with self.assertRaises(Faults) as raised:
            self.read(text)
        return [f"{fault.line}: {fault.what}" for fault in raised.exception.faults]

    def test_nodes_take_what_the_defaults_give(self) -> None:
        small = self.read(SMALL)
        self.assertEqual(small.name, "small")
        self.assertEqual(list(small.nodes), ["a", "b"])
        self.assertEqual(small.nodes["b"].image, "herald-lab/host")

    def test_binds_are_relative_to_the_file(self) -> None:
        (bind,) = self.read(SMALL).nodes["a"].binds
        self.assertEqual(bind, topology.Bind((self.directory / "a.conf").resolve(), "/etc/gobgpd.toml", read_only=True))

    def test_exec_lines_are_split_as_containerlab_splits_them(self) -> None:
        commands = self.read(SMALL).nodes["a"].commands
        self.assertEqual(commands[0], ("ip", "address", "add", "10.0.0.1/24", "dev", "eth1"))
        self.assertEqual(commands[1], ("bash", "-c", "echo 'two words'"))

    def test_numbers_in_env_and_sysctls_are_taken_as_text(self) -> None:
        node = self.read(SMALL).nodes["a"]
        self.assertEqual(node.env, {"NUMBER": "7"})
        self.assertEqual(node.sysctls, {"net.ipv4.ip_forward": "1"})

    def test_links_keep_ends_and_mtu(self) -> None:
        (link,) = self.read(SMALL).links
        self.assertEqual((str(link.a), str(link.b), link.mtu), ("a:eth1", "b:eth1", 9000))

    def test_an_unknown_node_key_is_refused_by_name_and_line(self) -> None:
        text = SMALL.replace("      env:\n        NUMBER: 7\n", "      cpu: 2\n")
        self.assertEqual(self.faults(text), ["11: unknown node key 'cpu'"])

    def test_an_unknown_top_level_key_is_refused(self) -> None:
        self.assertEqual(self.faults("prefix: x\n" + SMALL), ["1: unknown key 'prefix'"])

    def test_an_unknown_image_is_refused(self) -> None:
        self.assertEqual(self.faults(SMALL.replace("herald-lab/host", "alpine:3")), ["19: node b has the unknown image 'alpine:3'"])

    def test_another_kind_is_refused(self) -> None:
        text = SMALL.replace("      image: herald-lab/host", "      image: herald-lab/host\n      kind: bridge")
        self.assertEqual(self.faults(text), ["20: node b is of kind 'bridge'"])

    def test_a_node_with_a_way_out_is_refused(self) -> None:
        faults = self.faults(SMALL.replace("    network-mode: none\n", ""))
        self.assertEqual(faults, ["6: node a would join the management network", "17: node b would join the management network"])

    def test_an_endpoint_used_twice_is_refused(self) -> None:
        text = SMALL + '    - endpoints: ["b:eth1", "a:eth2"]\n'
        self.assertEqual(self.faults(text), ["23: endpoint b:eth1 is used twice"])

    def test_an_endpoint_without_a_node_is_refused(self) -> None:
        self.assertEqual(self.faults(SMALL.replace('"b:eth1"', '"c:eth1"')), ["21: endpoint 'c:eth1' names no node"])

    def test_an_interface_name_too_long_for_linux_is_refused(self) -> None:
        text = SMALL.replace('"b:eth1"', '"b:sixteen-letters-"')
        self.assertEqual(self.faults(text), ["21: endpoint 'b:sixteen-letters-' is not understood"])

    def test_another_type_of_link_is_refused(self) -> None:
        text = SMALL + '    - type: host\n      endpoints: ["a:eth2", "b:eth2"]\n'
        self.assertEqual(self.faults(text), ["23: unknown link key 'type'"])

    def test_a_bound_file_that_does_not_exist_is_refused(self) -> None:
        text = SMALL.replace("a.conf:", "b.conf:")
        self.assertEqual(self.faults(text), ["10: bind 'b.conf:/etc/gobgpd.toml:ro' names no file"])

    def test_a_daemon_without_its_file_is_refused(self) -> None:
        text = SMALL.replace(":/etc/gobgpd.toml:ro", ":/etc/gobgp.toml:ro")
        self.assertEqual(self.faults(text), ["7: node a binds no /etc/gobgpd.toml"])

    def test_a_daemon_without_its_variable_is_refused(self) -> None:
        text = SMALL.replace("herald-lab/host", "herald-lab/web\n      binds:\n        - a.conf:/srv/web.py")
        self.assertEqual(self.faults(text), ["18: node b sets no REGION"])

    def test_an_mtu_that_no_cable_takes_is_refused(self) -> None:
        for mtu in ("jumbo", "67", "65536"):
            with self.subTest(mtu=mtu):
                (fault,) = self.faults(SMALL.replace("mtu: 9000", f"mtu: {mtu}"))
                self.assertTrue(fault.startswith(f"22: mtu {mtu!r}" if mtu == "jumbo" else f"22: mtu {mtu} "), fault)

    def test_a_bind_of_a_form_that_containers_know_and_nodes_do_not_is_refused(self) -> None:
        text = SMALL.replace("/etc/gobgpd.toml:ro", "/etc/gobgpd.toml:rw")
        self.assertIn("10: bind 'a.conf:/etc/gobgpd.toml:rw' is not understood", self.faults(text))

    def test_every_fault_is_reported_in_one_go(self) -> None:
        text = SMALL.replace("a.conf:", "b.conf:").replace('"b:eth1"', '"c:eth1"').replace("name: small\n", "")
        self.assertEqual([fault.split(":")[0] for fault in self.faults(text)], ["1", "9", "20"])

    def test_a_key_given_twice_is_refused(self) -> None:
        self.assertEqual(self.faults("name: one\n" + SMALL), ["2: key 'name' is given twice"])

    def test_what_is_not_yaml_is_refused_with_its_line(self) -> None:
        (fault,) = self.faults("name: x\ntopology: [")
        self.assertTrue(fault.startswith("2: not YAML"), fault)

    def test_a_missing_file_is_refused(self) -> None:
        with self.assertRaises(Faults):
            topology.read(self.directory / "none.clab.yml")

    def test_every_topology_of_the_lab_can_be_read(self) -> None:
        files = sorted(LAB.rglob("*.clab.yml"))
        self.assertGreaterEqual(len(files), 2)
        for file in files:
            with self.subTest(file=file.name):
                self.assertTrue(topology.read(file).nodes)


if __name__ == "__main__":
    unittest.main()
