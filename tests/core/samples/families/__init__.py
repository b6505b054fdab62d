"""What each family of primitives is tried on."""
