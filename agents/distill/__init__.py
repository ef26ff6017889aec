"""Distillation of any policy into a plain network, and into a tree of a few observed numbers."""

from agents.distill.method import Distilled, DistillSettings, as_network, distill, distill_tree

__all__ = ["DistillSettings", "Distilled", "as_network", "distill", "distill_tree"]
