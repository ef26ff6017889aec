"""Policy gradient whose advantages come from paired futures."""
