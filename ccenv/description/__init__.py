"""What a centre is and what the package declares, for people: as text, as plain data and as an HTML page."""

from ccenv.description.declared import declared
from ccenv.description.description import Description, describe

__all__ = ["Description", "declared", "describe"]
