"""How Hypothesis draws: the same examples on every run of `make test`, new ones in `make test-long`.

A suite that gates a change must not pass and fail by luck; a search for what nobody thought of must not stand still.
Neither profile measures time: a slow machine is not a fault of the product.
"""

from hypothesis import HealthCheck, settings

settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fixed", settings.get_profile("search"), derandomize=True, database=None)
settings.load_profile("fixed")
