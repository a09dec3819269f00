{{ open_table('definition_sensitivity') }}
