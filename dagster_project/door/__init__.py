"""The door: deliveries into lake tables. Pure functions on bytes and frames; never imports dagster or dbt.

CPR numbers exist in landing and inside this package's memory, nowhere after it. `intake` is the way in.
"""
