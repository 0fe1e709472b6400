"""herald's lab: real routers, HAProxy and herald in network namespaces, made from containerlab topologies.

    topology file ─▶ topology.read ─Topology▶ lab.Lab ─▶ node.Node (namespaces) + images (daemons)
                                                 └─▶ scenarios + stage (the stories) · reaction, peers, … (the numbers)

| module | one line |
|---|---|
| marked | YAML with the line of every value |
| topology | containerlab topology → Topology, or every fault with its line |
| validate | topology files against containerlab's JSON schema |
| node, node_init | a node: network, mount, process and host name namespace, held by a process of its own |
| images | image name → which daemons run and how they are started |
| lab | nodes, links, daemons of one topology: up, and down again whatever happens |
| runs | which runs exist, which are left over |
| say, wait | what a reader sees; waiting for a condition with a deadline |
| routers | what FRR, GoBGP and BIRD say about their sessions and routes |
| speakers | a router, whoever made it |
| scenarios | the directories of `lab/scenarios`: found, read, run, all of them |
| stage, witness, traffic | the words of their steps: what is done, what a router's table says, what clients see |
| load | steady requests, each a new TCP connection |
| bgp_frames, capture | BGP messages as they pass an interface, with kernel time stamps |
| measured | the small labs, and what is done with them again and again |
| course, contenders, figures | changes and how soon they are on the wire; who is compared; medians and the like |
| logs | when a daemon says that something has happened |
| bridge, maintenance, reaction, reloads, peers, scale, memory | what `lab/run` runs |
| chaos (a package of its own) | faults by a seed, and what is true compared with what route servers hold |
| soak, many, resources | what herald holds while everything comes and goes; soak_client is everybody who talks to it |
| bench, rivals, flaps | every figure in one table; anycast_healthchecker with BIRD; a server that flaps |
| agent, flood, cuts | the parts of `peers`; flood_client sends the routes |
"""
