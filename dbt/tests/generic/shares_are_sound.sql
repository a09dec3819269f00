{% test shares_are_sound(model) %}
select count(*) as row_count
from {{ model }}
where
    n < 0
    or n > denominator
    or (coalesce(denominator, 0) = 0) <> (pct is null)
    or (pct is null) <> (pct_low is null)
    or (pct is null) <> (pct_high is null)
    or abs(pct - 100e0 * n / denominator) > 1e-9
    or not (pct_low between 0 and pct + 1e-9)
    or not (pct_high between pct - 1e-9 and 100)
    or population is null
having count(*) > 0
{% endtest %}
