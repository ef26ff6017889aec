"""The command that looks for centres in which a policy can win: variants, tuned rules, a searched policy, criteria."""
