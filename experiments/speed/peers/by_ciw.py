"""Ciw (Palmer, Knight, Harper & Hawa 2019); a server keeps the contact through talk and wrap-up."""

from __future__ import annotations

import ciw

from experiments.speed.peers.model import Model, Outcome


class CountingSimulation(ciw.Simulation):
    """A simulation that counts its events."""

    n_events = 0

    def event_and_return_nextnode(self, next_active_node: ciw.Node) -> ciw.Node:
        """Execute and count the next event."""
        self.n_events += 1
        return super().event_and_return_nextnode(next_active_node)


def run(model: Model, seed: int, kind: type[ciw.Simulation] = ciw.Simulation) -> Outcome:
    """Run one replication; the number of events is 0 unless `kind` counts them."""
    service = ciw.dists.Exponential(1.0 / model.talk_s)
    if model.wrap_up_s:
        service = service + ciw.dists.Exponential(1.0 / model.wrap_up_s)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(model.rate_per_hour / 3600.0)],
        service_distributions=[service],
        reneging_time_distributions=[ciw.dists.Exponential(1.0 / model.patience_s)],
        number_of_servers=[model.n],
    )
    ciw.seed(seed)  # Ciw draws from Python's global generator
    simulation = kind(network)
    simulation.simulate_until_max_time(model.end_s)
    left = waited = abandoned = 0
    wait_s = 0.0
    for record in simulation.get_all_records():
        if record.exit_date >= model.warm_up_s:
            gave_up = record.record_type == "renege"
            spent_s = (record.exit_date if gave_up else record.service_start_date) - record.arrival_date
            left += 1
            waited += spent_s > 0.0
            abandoned += gave_up
            wait_s += spent_s
    contacts = simulation.nodes[0].number_of_individuals
    return Outcome(contacts, getattr(simulation, "n_events", 0), left, waited, abandoned, wait_s)
