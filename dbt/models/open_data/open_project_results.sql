{{ open_table('project_results') }}
