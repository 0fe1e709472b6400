"""A router as the steps of a scenario see it, whoever made it."""

from __future__ import annotations

from abc import ABC, abstractmethod

from . import images, routers
from .node import Node, NodeError
from .routers import Path


class Router(ABC):
    """A BGP speaker that can be asked."""

    def __init__(self, node: Node) -> None:
        self.node = node

    @abstractmethod
    def established(self) -> set[str]:
        """The addresses of the neighbours with which it has a session."""

    @abstractmethod
    def paths(self, prefix: str) -> list[Path]:
        """The valid paths that it has for a prefix, the best first."""

    @abstractmethod
    def question(self, prefix: str) -> str:
        """The prompt and the command by which `table` is asked for."""

    @abstractmethod
    def table(self, prefix: str) -> list[str]:
        """The rows of a prefix, as its own tool draws them."""

    def gateways(self, prefix: str) -> list[str]:
        """Where its kernel sends packets for a prefix."""
        return routers.gateways(self.node, prefix)


class Frr(Router):
    """FRRouting."""

    def established(self) -> set[str]:
        return routers.frr_established(self.node)

    def paths(self, prefix: str) -> list[Path]:
        return routers.paths(self.node, prefix)

    def question(self, prefix: str) -> str:
        return f" (FRR)# show bgp {'ipv6' if ':' in prefix else 'ipv4'} unicast"

    def table(self, prefix: str) -> list[str]:
        return routers.bgp_table(self.node, prefix)


class Gobgp(Router):
    """GoBGP, which installs nothing."""

    def established(self) -> set[str]:
        return routers.gobgp_established(self.node)

    def paths(self, prefix: str) -> list[Path]:
        return [Path(as_path=as_path, next_hop="", best=number == 0) for number, as_path in enumerate(routers.gobgp_as_paths(self.node, prefix))]

    def question(self, prefix: str) -> str:
        return f" (GoBGP)$ gobgp global rib {prefix}"

    def table(self, prefix: str) -> list[str]:
        return routers.gobgp_rib(self.node, prefix)


class Bird(Router):
    """BIRD."""

    def established(self) -> set[str]:
        return routers.bird_established(self.node)

    def paths(self, prefix: str) -> list[Path]:
        return routers.bird_paths(self.node, prefix)

    def question(self, prefix: str) -> str:
        return f" (BIRD)$ birdc show route for {prefix} all"

    def table(self, prefix: str) -> list[str]:
        return routers.bird_table(self.node, prefix)


_MAKERS: dict[str, type[Router]] = {images.FRR: Frr, images.GOBGP: Gobgp, images.BIRD: Bird}


def of(node: Node, image: str) -> Router:
    """The router of a node, by its image."""
    maker = _MAKERS.get(images.repository(image))
    if maker is None:
        raise NodeError(f"{node.name} of image {image} is no router that can be asked")
    return maker(node)
