"""Evolution strategies over small networks."""
