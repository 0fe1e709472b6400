"""`lab/run chaos`: faults of every kind in the two-region lab, and a checker that trusts nobody's word.

    schedule ─Step▶ run ─▶ faults (what is done to the lab) ─▶ World (what is true)
                                                                  │
               tables (what the route servers hold) ─seen▶ check ─┴▶ disagreements longer than allowed

| module | one line |
|---|---|
| schedule | seed → which fault strikes when, where and for how long |
| truth | what the lab has made of a region, what its route servers must hold, and by when |
| check | windows in which a table is not as it must be |
| tables | asks route servers and kernels, all the time |
| faults | how each fault is made and healed |
| wire, wire_client | a cable that loses and delays frames |
| report | requests lost by cause, the closing tables |
| run | the story |
"""
