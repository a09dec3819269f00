{{ open_table('activity_timeline') }}
