{{ open_table('participant_flow') }}
