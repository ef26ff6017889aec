"""The variants of the screen."""

from __future__ import annotations

from experiments.screen.declared import Variant
from experiments.screen.mixed import (
    CROSS_TRAINING,
    MAILS,
    OMNICHANNEL_LIST,
    SECOND,
    SECOND_ANSWERS,
    SECOND_CHEAP,
    SECOND_DEAR,
    SURGE,
    UNSEEN,
)  # fmt: skip
from experiments.screen.parameters import (
    BANK,
    CLASSES,
    FITTED,
    HIDDEN,
    HYBRID,
    LONG_TALKS,
    MOVED,
    OMNICHANNEL,
    PATIENCE,
    PRICE,
    PRICE_OF_STUDY,
    RETURN_PATIENCE,
    RETURN_SHARE,
    RETURNS,
    SALES,
    SIZE,
    UNEQUAL_PAIRS,
)  # fmt: skip

VOLATILE = "bank_volatile"
LOAD, PRICES, ADVISORS = "hidden load as fitted", "price of a lost contact", "number of blended advisors"
TALKS, PAIRS, RETURNING = "long outbound talks", "unequal handle times by pair", "return calls"
PATIENT, LISTS, OTHER = "values and unequal patience", "two campaigns", "chat and deferrable work"
SEEN = "switching load or answers"

VARIANTS: tuple[Variant, ...] = (
    Variant(VOLATILE, "hidden load, dear contacts", BANK, ((MOVED, 5), (HIDDEN, 0.3), (PRICE_OF_STUDY, 1))),
    # hidden load fitted to the log, and two and four times that
    Variant("hidden_1x", LOAD, BANK, ((MOVED, 5), (FITTED, 1), (PRICE, 0.15))),
    Variant("hidden_2x", LOAD, BANK, ((MOVED, 5), (FITTED, 2), (PRICE, 0.15))),
    Variant("hidden_4x", LOAD, BANK, ((MOVED, 5), (FITTED, 4), (PRICE, 0.15))),
    Variant("price_0.05", PRICES, BANK, ((MOVED, 5), (HIDDEN, 0.3), (PRICE, 0.05))),
    Variant("price_0.10", PRICES, BANK, ((MOVED, 5), (HIDDEN, 0.3), (PRICE, 0.1))),
    Variant("price_0.20", PRICES, BANK, ((MOVED, 5), (HIDDEN, 0.3), (PRICE, 0.2))),
    Variant("price_0.25", PRICES, BANK, ((MOVED, 5), (HIDDEN, 0.3), (PRICE, 0.25))),
    Variant("blended_2", ADVISORS, BANK, ((MOVED, 2), (HIDDEN, 0.3), (PRICE, 0.15))),
    Variant("blended_3", ADVISORS, BANK, ((MOVED, 3), (HIDDEN, 0.3), (PRICE, 0.15))),
    Variant("blended_7", ADVISORS, BANK, ((MOVED, 7), (HIDDEN, 0.3), (PRICE, 0.15))),
    Variant("blended_10", ADVISORS, BANK, ((SIZE, 2), (HIDDEN, 0.3), (PRICE, 0.15))),
    Variant("blended_25", ADVISORS, BANK, ((SIZE, 5), (HIDDEN, 0.3), (PRICE, 0.15))),
    # long outbound talks with scarce cross-trained advisors
    Variant("talks_7_minutes", TALKS, BANK, ((LONG_TALKS, 1.63), (SALES, 1.63), (PRICE, 0.15))),
    Variant("talks_12_minutes", TALKS, BANK, ((LONG_TALKS, 2.8), (SALES, 2.8), (PRICE, 0.15))),
    Variant("talks_12_minutes_dear", TALKS, BANK, ((LONG_TALKS, 2.8), (SALES, 4), (PRICE, 0.25), (MOVED, 3))),
    Variant("talks_hidden", TALKS, BANK, ((LONG_TALKS, 1.63), (SALES, 1.63), (PRICE, 0.15), (MOVED, 3), (HIDDEN, 0.3))),
    Variant("pairs_1.3", PAIRS, BANK, ((MOVED, 5), (UNEQUAL_PAIRS, 1.3), (PRICE, 0.15))),
    Variant("pairs_hidden", PAIRS, BANK, ((MOVED, 5), (UNEQUAL_PAIRS, 1.5), (PRICE, 0.15), (HIDDEN, 0.3))),
    Variant("pairs_hidden_talks", PAIRS, BANK,
            ((MOVED, 5), (UNEQUAL_PAIRS, 1.5), (PRICE, 0.2), (HIDDEN, 0.3), (LONG_TALKS, 1.63), (SALES, 1.63))),
    Variant("teams_1.33_hidden", PAIRS, "x_design", ((CROSS_TRAINING, 1.3333333333333333), (HIDDEN, 0.2))),
    Variant("teams_1.15_hidden", PAIRS, "x_design", ((CROSS_TRAINING, 1.15), (HIDDEN, 0.3))),
    Variant("patience_4", PATIENT, HYBRID, ((PATIENCE, 4),)),
    Variant("classes_5", PATIENT, HYBRID, ((CLASSES, 5), (PATIENCE, 4))),
    Variant("classes_5_hidden", PATIENT, HYBRID, ((CLASSES, 5), (PATIENCE, 4), (HIDDEN, 0.2))),
    Variant("surge", PATIENT, HYBRID, ((PATIENCE, 4), (SURGE, 3))),
    Variant("lists_alike", LISTS, HYBRID, ((SECOND, 1), (SECOND_CHEAP, 1), (SECOND_ANSWERS, 1))),
    Variant("lists_short_cheap", LISTS, HYBRID, ((SECOND, 0.4), (SECOND_CHEAP, 0.2), (SECOND_ANSWERS, 1.6))),
    Variant("lists_long_dear", LISTS, HYBRID, ((SECOND, 3), (SECOND_DEAR, 4), (SECOND_ANSWERS, 0.6))),
    Variant("lists_long_dear_hidden", LISTS, HYBRID,
            ((SECOND, 3), (SECOND_DEAR, 4), (SECOND_ANSWERS, 0.6), (HIDDEN, 0.2))),
    Variant("returns", RETURNING, RETURNS, ((RETURN_SHARE, 1), (RETURN_PATIENCE, 150))),
    Variant("returns_often", RETURNING, RETURNS, ((RETURN_SHARE, 2.5), (RETURN_PATIENCE, 150))),
    Variant("returns_hasty", RETURNING, RETURNS, ((RETURN_SHARE, 2.5), (RETURN_PATIENCE, 60))),
    Variant("chat_cheap", OTHER, OMNICHANNEL, ((OMNICHANNEL_LIST, 0.8),)),
    Variant("chat_dear", OTHER, OMNICHANNEL, ((OMNICHANNEL_LIST, 1.6),)),
    Variant("mails", OTHER, HYBRID, ((MAILS, 0.15),)),
    Variant("mails_hidden", OTHER, HYBRID, ((MAILS, 0.15), (HIDDEN, 0.2))),
    Variant("long_outbound_hidden", SEEN, "switching_load:long_outbound", ((UNSEEN, 1),)),
    Variant("answers_hidden", SEEN, "switching_answer_rate:hidden"),
)  # fmt: skip


def chosen(names: list[str]) -> list[Variant]:
    """Return the variants with these names, in the order asked for; all if there are none.

    Raises:
        ValueError: If there is no variant of such a name.
    """
    known = {variant.name: variant for variant in VARIANTS}
    for name in names:
        if name not in known:
            raise ValueError(f"variants: {name!r}; allowed: {', '.join(known)}")
    return [known[name] for name in names] or list(VARIANTS)
