"""The compiled evaluator: the same meaning as `criteria.reference`, for all patients at once, by Ibis."""

from equipoise.criteria.compiled.judge import judge_all

__all__ = ["judge_all"]
