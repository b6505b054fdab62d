"""What is compared with JAX, by family: each module has `CASES`, lists of cases by name."""
