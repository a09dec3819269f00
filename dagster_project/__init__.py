"""Nedslag: from raw deliveries of an employment programme to checked marts, every night."""
