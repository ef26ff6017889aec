"""The compiled event-driven simulator: arrays in, arrays out. `README.md` beside this file defines its semantics.

Rooms, bottom to top. A room imports only rooms listed before it.

| room | content |
|---|---|
| `state` | declarations: codes, size classes, counters, snapshot fields, record types |
| `kernel` | tools: compilation, bit sets, random numbers, distributions, event heap, contact records, event log |
| `advisors` | states, traits, idle lists, matching of queues with groups |
| `lists` | outbound leads: next lead, outcomes, goals, retries, calling rules, dropped shares |
| `handling` | a contact from waiting to its end: assignment, service, wrap-up, callbacks, returns |
| `arriving` | inbound arrivals, trunks, IVR, balking |
| `lines` | dialing, ringing, connects that wait |
| `shown` | snapshot, mask and observation, with dirty bits (`marks.py`) |
| `clock` | opening, slots, levels, roster, closing, history |
| `forks` | a copy of a state with everything hidden redrawn |

`decide.py` holds epochs and actions, `advance.py` the event loop; `ccenv/loops` calls both.

Short names in the kernel. State is passed in records, and every entity is an index into an array of them.

| name | meaning |
|---|---|
| `e` | environment record of one row (`state/layout.py`), mutable; `e.t` is the time [s] |
| `c` | configuration record, read-only |
| `log`, `events` | event log |
| `snap`, `mask`, `obs`, `out` | snapshot, legal actions, observation, outputs of a step |
| `s` | contact record, an index of `e.contact`; `leg`, `first` in a warm transfer |
| `q` | queue |
| `g` | group |
| `a` | advisor; in `shown/masks.py`, `ccenv/rules` and `ccenv/loops` an action of the catalogue |
| `i` | campaign (in general `contact.index`); in heaps a position |
| `k` | segment of a lead list; in `clock` and `arriving` also a slot; else a counting index |
| `r` | row of the lead table; in the IVR and in forks a second queue |
| `p` | compatible pair (queue or campaign, group), or a probability |
| `d` | definition of the dropped share |
| `b` | row of the batch, in `ccenv/loops` |
| `j`, `n` | position, count |
| `t`, `u`, `v`, `x` | time, uniforms in (0, 1), value |
| `z` | size class, in `state/layout.py`; elsewhere a normal variate |
| `left` | bits of a set that a loop has not visited yet (`kernel/bits.py`) |
"""
