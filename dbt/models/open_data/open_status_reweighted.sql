{{ open_table('status_reweighted') }}
