{{ open_table('status_weeks') }}
