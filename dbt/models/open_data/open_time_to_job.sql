{{ open_table('time_to_job') }}
