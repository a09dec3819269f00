{{ open_table('participant_profile') }}
