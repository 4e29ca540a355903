"""All calculators by name: what each is given, in which forms, and how it is asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from models.law import (
    annual_leave,
    double_wage,
    limitation_date,
    maternity_leave,
    min_wage_check,
    overtime_pay,
    probation_check,
    retirement_age,
    severance,
    work_injury,
)
from models.law.inputs import Inputs, WrongInput, wrong
from models.law.result import Result
from models.law.tables import Law


@dataclass(frozen=True, slots=True)
class Calculator:
    """A calculator: *kinds* are the forms of its inputs, *shape* checks them, *choice* is the field that tells them apart."""

    kinds: tuple[type[Inputs], ...]
    shape: TypeAdapter[Any]
    run: Callable[[Any, Law], Result]
    choice: str = ""

    def kind(self, chosen: str) -> type[Inputs]:
        """Return the form of inputs that the choice *chosen* calls for, the first where it calls for none."""
        for one in self.kinds:
            if self.choice and get_args(one.model_fields[self.choice].annotation) == (chosen,):
                return one
        return self.kinds[0]


def _one(kind: type[Inputs], run: Callable[[Any, Law], Result]) -> Calculator:
    return Calculator((kind,), TypeAdapter(kind), run)


def _several(kinds: Any, choice: Any, run: Callable[[Any, Law], Result], field: str) -> Calculator:
    return Calculator(get_args(kinds), TypeAdapter(choice), run, field)


CALCULATORS: Mapping[str, Calculator] = {
    "severance": _one(severance.Severance, severance.severance),
    "overtime_pay": _one(overtime_pay.OvertimePay, overtime_pay.overtime_pay),
    "double_wage": _several(double_wage.DoubleWage, double_wage.Choice, double_wage.double_wage, "kind"),
    "annual_leave": _one(annual_leave.AnnualLeave, annual_leave.annual_leave),
    "limitation_date": _several(
        limitation_date.LimitationDate, limitation_date.Choice, limitation_date.limitation_date, "kind"
    ),
    "probation_check": _one(probation_check.ProbationCheck, probation_check.probation_check),
    "maternity_leave": _several(
        maternity_leave.MaternityLeave, maternity_leave.Choice, maternity_leave.maternity_leave, "event"
    ),
    "work_injury": _several(work_injury.WorkInjury, work_injury.Choice, work_injury.work_injury, "ask"),
    "retirement_age": _one(retirement_age.RetirementAge, retirement_age.retirement_age),
    "min_wage_check": _several(
        min_wage_check.MinWageCheck, min_wage_check.Choice, min_wage_check.min_wage_check, "ask"
    ),
}


def calculate(name: object, inputs: object, law: Law) -> Result:
    """Run the calculator called *name*.

    Raises WrongInput when there is none, or an input is missing, unknown or cannot be.
    """
    calculator = CALCULATORS.get(name) if isinstance(name, str) else None
    if calculator is None:
        raise WrongInput("calculator")
    if not isinstance(inputs, dict):
        raise WrongInput("inputs")
    try:
        given = calculator.shape.validate_python(inputs)
    except ValidationError as error:
        raise wrong(error) from error
    return calculator.run(given, law)
