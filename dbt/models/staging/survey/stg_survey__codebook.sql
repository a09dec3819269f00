select
    cast(delivery_id as varchar) as delivery_id,
    cast(row_number as integer) as row_number,
    cast(variable as varchar) as variable,
    cast(question as varchar) as question,
    cast(item as varchar) as item,
    cast(type as varchar) as question_type,
    cast(code as integer) as answer_code,
    cast(label as varchar) as answer_label,
    cast(condition as varchar) as routing_condition
from {{ from_read_deliveries('survey', 'survey_codebook') }}
