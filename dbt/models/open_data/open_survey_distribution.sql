{{ open_table('survey_distribution') }}
