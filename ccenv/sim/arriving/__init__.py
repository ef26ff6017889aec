"""Inbound contacts before they wait: arrivals, trunks, IVR, balking."""
