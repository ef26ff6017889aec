"""Advisors: states, traits, the idle list of each group, and the matching of groups with waiting queues."""
