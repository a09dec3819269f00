select
    cast(delivery_id as string) as delivery_id,
    cast(row_number as integer) as row_number,
    cast(variable as string) as variable,
    cast(question as string) as question,
    cast(item as string) as item,
    cast(type as string) as question_type,
    cast(code as integer) as answer_code,
    cast(label as string) as answer_label,
    cast(condition as string) as routing_condition
from {{ from_read_deliveries('survey', 'survey_codebook') }}
