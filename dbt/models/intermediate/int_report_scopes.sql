-- The rows of every report table: each project for itself, and ALL for the programme.
select project_code, project_code as member_project_code
from {{ ref('projects') }}
union all
select 'ALL' as project_code, project_code as member_project_code
from {{ ref('projects') }}
