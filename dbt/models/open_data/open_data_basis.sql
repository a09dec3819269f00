{{ open_table('data_basis') }}
