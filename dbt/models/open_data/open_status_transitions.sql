{{ open_table('status_transitions') }}
