"""Policies trained under one indicator as the reward and judged under all."""
