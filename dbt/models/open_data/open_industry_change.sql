{{ open_table('industry_change') }}
