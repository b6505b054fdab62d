"""What a check of a rewriting step finds: both sides on numbers that are given, or drawn."""

import numpy as np
import pytest

from autograd_core.rewrite import ALGEBRA, Evaluation, Rule, check, rewrite
from autograd_core.symbolic import symbols

x, y = symbols("x y")


def test_a_wrong_rule_is_found_out() -> None:
    wrong = Rule("wrong", lambda x: np.exp(x) + np.exp(x), lambda x: np.exp(x))
    (step,) = rewrite(np.exp(y) + np.exp(y), [wrong])
    agreement = check(step, Evaluation({y: 2.0}))
    assert not agreement.holds
    assert agreement.given == pytest.approx(0.5)
    assert str(agreement).startswith("THE SIDES DIFFER: largest difference 0.5 here, ")


def test_an_exact_rule_may_not_round() -> None:
    rounding = Rule("rounding", lambda x: np.log(np.exp(x)), lambda x: x)
    (step,) = rewrite(np.log(np.exp(x)), [rounding])
    assert not check(step).holds


def test_random_inputs_lie_in_the_domain_and_arguments_are_replaced() -> None:
    (step,) = rewrite(np.exp(np.log(np.sin(x))), ALGEBRA)
    assert check(step).holds, "the sine stands for a positive number"
    agreement = check(step, Evaluation({x: 0.5}), trials=3)
    assert agreement.trials == 3
    assert agreement.given is not None
    assert agreement.given < 1e-15


def test_nan_and_infinity_agree_with_themselves_alone() -> None:
    (step,) = rewrite(np.exp(np.log(x)), ALGEBRA)
    assert check(step, Evaluation({x: np.inf})).given == 0.0
    assert check(step, Evaluation({x: np.nan})).given == 0.0
    assert check(step, Evaluation({x: -1.0})).given == np.inf
