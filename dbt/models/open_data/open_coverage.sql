{{ open_table('coverage') }}
