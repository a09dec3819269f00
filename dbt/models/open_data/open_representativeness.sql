{{ open_table('representativeness') }}
