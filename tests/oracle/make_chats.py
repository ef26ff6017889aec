"""Random chats: some queues of a random scenario become chats, by dice of their own."""

from __future__ import annotations

from tests.oracle.dice import BESIDE_BASE, CHAT_BASE, Dice, Plain


def beside_calls(number: int, centre: Plain) -> None:
    """Let some groups have chats beside a call, by dice of its own."""
    dice = Dice(number, BESIDE_BASE)
    for group in centre["groups"].values():
        chats = group.get("capacity", {}).get("chats", 1)
        calls = [skill for skill in group["skills"] if "chat" not in centre["queues"].get(skill, {})]
        if chats > 1 and calls and dice.chance(0.7):
            group["capacity"]["chats_beside_voice"] = dice.whole(1, chats - 1)


class ChatMaker(Dice):
    """Makes chats of some queues, and gives groups the capacity for them."""

    def __init__(self, number: int) -> None:
        super().__init__(number, CHAT_BASE)

    def add_to(self, centre: Plain) -> None:
        """Turn some queues into chats, and drop what a chat does not have."""
        queues = centre["queues"]
        services = [group for group in centre["groups"].values() if "answering_service" in group]
        taken = {skill for group in services for skill in group["skills"]}  # answering services take no chats
        chats = {name for name in queues if self.chance(0.25)} - taken
        for name in chats:
            self.make_chat(name, queues[name])
        for name, queue in queues.items():
            same = chats if name in chats else set(queues) - chats
            if "routes" in queue.get("ivr", {}):
                queue["ivr"]["routes"] = {to: p for to, p in queue["ivr"]["routes"].items() if to in same}
            if queue.get("transfer", {}).get("to", name) not in same:
                queue["transfer"]["p"] = 0.0
        for campaign in centre["campaigns"].values():
            if campaign.get("return_calls", {}).get("queue") in chats:
                del campaign["return_calls"]
        for group in centre["groups"].values():
            rates = [queues[skill]["chat"]["rate_by_level"] for skill in group["skills"] if skill in chats]
            if rates:
                group["capacity"] = {"chats": self.whole(1, min(map(len, rates)))}
        beside_calls(self.number, centre)

    def make_chat(self, name: str, queue: Plain) -> None:
        """Turn a queue into chats."""
        falls = [1.0, *(self.between(0.5, 0.98) for _ in range(self.whole(1, 4)))]
        alone = self.one_of(1.0, 0.9)
        rates = [round(alone * r, 3) for r in sorted(falls, reverse=True)]
        p_silent = self.one_of(0.0, self.between(0.2, 0.9), self.between(0.2, 0.9))
        detect_s = self.time(f"silent {name}", 20)
        if self.number % 16 == 7:  # else the first 25 scenarios have no exponential one
            detect_s = {"dist": "exponential", "mean_s": 20.5}
        queue["chat"] = {"rate_by_level": rates, "p_silent": p_silent, "detect_s": detect_s}
        queue["wrap_up_s"] = 0.0
        queue.pop("callback", None)
        if "transfer" in queue:
            queue["transfer"]["kind"] = "cold"
