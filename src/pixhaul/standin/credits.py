"""The API's credits: how many calls are left, told in the headers of every answer."""

from __future__ import annotations

HOUR = 3600


class Credits:
    """A budget of calls that is full again an hour after it was first touched. Time is an argument."""

    def __init__(self, limit: int, now: float) -> None:
        self.limit = self.remaining = limit
        self.reset = int(now) + HOUR

    def spend(self, now: float) -> bool:
        """Take one credit; False when there is none."""
        self.refill(now)
        if self.remaining <= 0:
            return False
        self.remaining -= 1
        return True

    def refill(self, now: float) -> None:
        """Begin a new hour when the old one is over."""
        if now >= self.reset:
            self.remaining, self.reset = self.limit, int(now) + HOUR

    def headers(self) -> tuple[tuple[str, str], ...]:
        """Lower-case names and plain integers, which every known client reads; the reset is an epoch in seconds."""
        return (
            ("x-ratelimit-userlimit", str(self.limit)),
            ("x-ratelimit-userremaining", str(self.remaining)),
            ("x-ratelimit-userreset", str(self.reset)),
            ("x-ratelimit-clientlimit", str(self.limit)),
            ("x-ratelimit-clientremaining", str(self.remaining)),
        )

    def as_json(self) -> dict[str, int]:
        """The data of /3/credits."""
        return {
            "UserLimit": self.limit,
            "UserRemaining": self.remaining,
            "UserReset": self.reset,
            "ClientLimit": self.limit,
            "ClientRemaining": self.remaining,
        }
