"""Pictures of a centre at one instant: text, an image, and frames for a window or a video; no display is needed."""

from ccenv.render.picture import as_pixels
from ccenv.render.screen import Screen
from ccenv.render.text import as_text
from ccenv.render.view import HEADLINES, Headline, View, headlines, look

__all__ = ["HEADLINES", "Headline", "Screen", "View", "as_pixels", "as_text", "headlines", "look"]
