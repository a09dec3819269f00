"""Statistical disclosure control of published counts: pure functions on arrays."""
