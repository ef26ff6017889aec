"""A day of a centre as one HTML file that plays, for one or two policies on the same contacts."""

from ccenv.playback.page import replay

__all__ = ["replay"]
