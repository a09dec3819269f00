-- One row per invited participation: of several invitations the one that came furthest.
select
    c.enrolment_id,
    c.project_code,
    min_by(d.disposition, d.sort_order) as disposition,
    min(d.sort_order) as sort_order
from {{ ref('int_enrolments_consenting_survey') }} as c
inner join {{ ref('survey_responses') }} as r on c.enrolment_id = r.enrolment_id
inner join {{ ref('dispositions') }} as d on r.disposition = d.disposition
group by c.enrolment_id, c.project_code
