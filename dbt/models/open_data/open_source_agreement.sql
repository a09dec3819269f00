{{ open_table('source_agreement') }}
