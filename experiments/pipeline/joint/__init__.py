"""Joint tuning of a routing rule and a pacing rule: choice of rules, words, orders and numbers, in one search."""
