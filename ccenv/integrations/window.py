"""The window of the render mode `human` (extra `window`): pygame shows one image after the other."""

from __future__ import annotations

import numpy as np

try:
    import pygame
except ImportError as error:
    raise ImportError('render_mode="human" needs pygame: pip install "ccenv[window]"') from error


class Window:
    """A window that opens with the first image.

    If the user closes it, it stays closed and images are no longer shown: the run goes on without a picture.

    Args:
        fps: Most images a second; `show` waits for the next one.
    """

    def __init__(self, fps: float) -> None:
        self._fps = fps
        self._clock = pygame.time.Clock()
        self._surface: pygame.Surface | None = None
        self.closed = False

    def show(self, pixels: np.ndarray, title: str) -> None:
        """Show an image, (H, W, 3) uint8. The window takes the size of the image."""
        if self.closed:
            return
        size = pixels.shape[1], pixels.shape[0]
        if self._surface is None or self._surface.get_size() != size:
            pygame.display.init()
            self._surface = pygame.display.set_mode(size)
            pygame.display.set_caption(f"ccenv: {title}")
        if any(event.type == pygame.QUIT for event in pygame.event.get()):
            self.close()
            return
        self._surface.blit(pygame.surfarray.make_surface(pixels.swapaxes(0, 1)), (0, 0))
        pygame.display.flip()
        self._clock.tick(self._fps)

    def close(self) -> None:
        """Close the window for good."""
        self.closed = True
        if self._surface is not None:
            self._surface = None
            pygame.display.quit()
