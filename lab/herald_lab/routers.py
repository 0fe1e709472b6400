"""What the routers of the lab say, asked with their own tools."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from .node import Node

# PeerState.SessionState of GoBGP's API
_CONNECT, _ACTIVE, _ESTABLISHED = 2, 3, 6


@dataclass(frozen=True)
class Path:
    """A path to a prefix in a router's table."""

    as_path: str
    next_hop: str
    best: bool
    communities: str = ""


def paths(router: Node, prefix: str) -> list[Path]:
    """The valid paths that an FRR router has for a prefix, the best first."""
    answer = _vtysh(router, f"show bgp {_family(prefix)} unicast {prefix} json")
    found = [
        Path(
            as_path=path["aspath"]["string"],
            next_hop=path["nexthops"][0]["ip"],
            best=path.get("bestpath", {}).get("overall", False),
            communities=path.get("community", {}).get("string", ""),
        )
        for path in answer.get("paths", [])
        if path.get("valid")
    ]
    return sorted(found, key=lambda path: not path.best)


def gateways(router: Node, prefix: str) -> list[str]:
    """Where the router's kernel sends packets for a prefix: one next hop, several equal ones, or none; sorted."""
    family = "-6" if ":" in prefix else "-4"
    routes = json.loads(router.run("ip", family, "-json", "route", "show", "exact", prefix) or "[]")
    if not routes:
        return []
    # iproute2 lists the routes of a prefix by their metric: the first is the one that is used
    hops = routes[0].get("nexthops", [routes[0]])
    return sorted(hop["gateway"] for hop in hops if "gateway" in hop)


def bgp_table(router: Node, prefix: str) -> list[str]:
    """The rows of a prefix, with the head, as FRR's `show bgp ipv4 unicast` draws them."""
    return rows_of(router.run("vtysh", "-c", f"show bgp {_family(prefix)} unicast").splitlines(), prefix)


def rows_of(table: list[str], prefix: str) -> list[str]:
    """The head of a table of `show bgp`, and the rows of one prefix.

    FRR names the network only in the first of its rows. The column in which it stands differs between
    versions, but always is that of the head's word.
    """
    head = next((number for number, row in enumerate(table) if "Network" in row), None)
    if head is None:
        return [f"{prefix}: not in the table"]
    column = table[head].index("Network")
    kept, inside = [], False
    for row in table[head + 1 :]:
        named = row[column : column + 1].strip()
        inside = row[column:].startswith(f"{prefix} ") if named else inside and bool(row.strip())
        if inside and not row.strip().startswith("R"):  # R: on its way out of the table
            kept.append(row)
    return [table[head], *kept] if kept else [f"{prefix}: not in the table"]


def frr_neighbors(router: Node) -> list[str]:
    """The head and the rows of `show bgp ipv4 unicast summary`."""
    rows = router.run("vtysh", "-c", "show bgp ipv4 unicast summary").splitlines()
    head = next((number for number, row in enumerate(rows) if row.startswith("Neighbor")), 0)
    return [row for row in rows[head:] if row.strip() and not row.startswith("Total")]


def frr_established(router: Node) -> set[str]:
    """The addresses of the neighbours with which an FRR router has a session."""
    peers = _vtysh(router, "show bgp ipv4 unicast summary json").get("peers", {})
    return {address for address, peer in peers.items() if peer.get("state") == "Established"}


def frr_received(router: Node, neighbor: str) -> int:
    """How many routes an FRR router holds from a neighbour; -1 without a session."""
    peer = _vtysh(router, "show bgp ipv4 unicast summary json").get("peers", {}).get(neighbor, {})
    return int(peer.get("pfxRcd", -1)) if peer.get("state") == "Established" else -1


def frr_session(router: Node, neighbor: str) -> tuple[int, str]:
    """The how manieth session with a neighbour an FRR router has now, and for how long (`00:01:23`)."""
    known = _vtysh(router, f"show bgp neighbors {neighbor} json").get(neighbor, {})
    return int(known.get("connectionsEstablished", 0)), str(known.get("bgpTimerUpString", "no session"))


def frr_updates(router: Node) -> int:
    """How many UPDATEs an FRR router has received from its neighbours, in their present and former sessions."""
    neighbors = _vtysh(router, "show bgp neighbors json")
    return sum(known["messageStats"]["updatesRecv"] for known in neighbors.values() if "messageStats" in known)


def frr_last_notification(router: Node, neighbor: str) -> str:
    """The reason of the last NOTIFICATION received from a neighbour, as FRR words it."""
    known = _vtysh(router, f"show bgp neighbors {neighbor} json").get(neighbor, {})
    return str(known.get("lastNotificationReason", ""))


def frr_shutdown_text(router: Node, neighbor: str) -> str:
    """The text that the neighbour's last Cease carried (RFC 9003), or an empty string."""
    known = _vtysh(router, f"show bgp neighbors {neighbor} json").get(neighbor, {})
    return str(known.get("lastShutdownDescription", ""))


def frr_ready(router: Node, neighbor: str) -> bool:
    """Whether an FRR router would take up a session with a neighbour at once: not so while it is idle after the last one."""
    known = _vtysh(router, f"show bgp neighbors {neighbor} json").get(neighbor, {})
    return known.get("bgpState") in ("Active", "Connect")


def frr_bfd_up(router: Node) -> set[str]:
    """The addresses of the peers that an FRR router's BFD finds up."""
    text = router.run("vtysh", "-c", "show bfd peers json", check=False)
    peers = json.loads(text) if text.startswith("[") else []
    return {peer.get("peer", "") for peer in peers if peer.get("status") == "up"}


def gobgp_ready(router: Node, neighbor: str) -> bool:
    """The same of a GoBGP router."""
    return _gobgp_states(router).get(neighbor) in (_CONNECT, _ACTIVE)


def gobgp_neighbors(router: Node) -> list[str]:
    """GoBGP's table of neighbours."""
    return router.run("gobgp", "neighbor", check=False).splitlines()


def gobgp_rib(router: Node, prefix: str) -> list[str]:
    """GoBGP's rows for a prefix."""
    return router.run("gobgp", "global", "rib", prefix, check=False).splitlines()


def bird_established(router: Node) -> set[str]:
    """The addresses of the neighbours with which BIRD has a session."""
    said = router.run("birdc", "show", "protocols", "all", check=False)
    # Per protocol a paragraph, its head naming it: `rs_1_v4 BGP --- up 10:00:00.000 Established`
    up = [paragraph for paragraph in re.split(r"\n(?=\S)", said) if re.match(r"\S+ +BGP .* Established", paragraph)]
    return {found[1] for paragraph in up if (found := re.search(r"Neighbor address: (\S+)", paragraph))}


def bird_paths(router: Node, prefix: str) -> list[Path]:
    """The paths that BIRD has for a prefix, the best first."""
    said = "\n".join(bird_table(router, prefix))
    routes = re.split(r"\n(?=\S*\s+unicast \[)", said)
    return [
        Path(as_path=found[1].strip(), next_hop=hop[1] if (hop := re.search(r"BGP.next_hop: (\S+)", route)) else "", best=" * " in route.split("\n")[0])
        for route in routes
        if (found := re.search(r"BGP.as_path:(.*)", route))
    ]


def bird_table(router: Node, prefix: str) -> list[str]:
    """What BIRD says of a prefix."""
    rows = router.run("birdc", "show", "route", "for", prefix, "all", check=False).splitlines()
    return [row for row in rows if row.strip() and not row.startswith(("BIRD ", "Table "))]


def gobgp_as_paths(router: Node, prefix: str) -> list[str]:
    """The AS paths that a GoBGP router has for a prefix."""
    text = router.run("gobgp", "--json", "global", "rib", prefix, check=False)
    try:
        tables = json.loads(text)
    except ValueError:
        return []
    # 2 is AS_PATH (RFC 4271 §5.1.2)
    attributes = [attribute for paths in tables.values() for path in paths for attribute in path["attrs"] if attribute["type"] == 2]
    return [" ".join(str(asn) for segment in attribute["as_paths"] for asn in segment["asns"]) for attribute in attributes]


def gobgp_established(router: Node) -> set[str]:
    """The addresses of the neighbours with which a GoBGP router has a session."""
    return {address for address, state in _gobgp_states(router).items() if state == _ESTABLISHED}


def _gobgp_states(router: Node) -> dict[str, int]:
    text = router.run("gobgp", "--json", "neighbor", check=False)
    peers = [peer.get("state", {}) for peer in (json.loads(text) if text.startswith("[") else [])]
    return {state.get("neighbor_address", ""): state.get("session_state", 0) for state in peers}


def _family(prefix: str) -> str:
    return "ipv6" if ":" in prefix else "ipv4"


def _vtysh(router: Node, command: str) -> dict[str, Any]:
    text = router.run("vtysh", "-c", command, check=False)
    try:
        return json.loads(text)
    except ValueError:
        return {}
