{{ open_table('recruitment') }}
