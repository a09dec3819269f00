"""The evaluation page: one HTML file per edition and run, made from the published tables alone.

Belongs here: reading aggregates, drawing them, wording them. Does not belong here: computing a share, a rule about a
person, anything that fetches.
"""
