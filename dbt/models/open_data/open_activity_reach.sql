{{ open_table('activity_reach') }}
