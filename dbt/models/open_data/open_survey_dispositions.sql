{{ open_table('survey_dispositions') }}
