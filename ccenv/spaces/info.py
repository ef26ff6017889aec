"""Keys of Gymnasium's `info` and the bits of a drawn seed, common to the single and the vector environment."""

#: Keys of `info` besides the mask, and the fields of a batch row that they come from.
INFO = {
    "elapsed_s": "elapsed_s",
    "cost": "cost",
    "cost_base": "cost_base",
    "illegal_action": "illegal",
    "illegal_share": "illegal_share",
    "warm_up": "warm_up",
    "decision": "decision",
    "coin": "u",
}
SEED_BITS = 62
