{{ open_table('status_by_horizon') }}
