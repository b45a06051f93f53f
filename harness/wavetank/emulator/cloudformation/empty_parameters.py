"""Parameters that are given as an empty text, for which LocalStack takes the default.

Without a default, what refers to the parameter would be left out: a variable of a function would be
missing. [LocalStack 4.14: services/cloudformation/engine/v2/change_set_model_preproc.py]
"""

from typing import Any

from localstack.services.cloudformation.engine.v2.change_set_model import NodeParameter
from localstack.services.cloudformation.engine.v2.change_set_model_preproc import (
    ChangeSetModelPreproc,
)

from wavetank.emulator.patches import patch_of

TEXT = "String"


def keep_empty_parameters() -> None:
    """Make LocalStack take an empty text for the value that is given."""
    patch = patch_of(
        "localstack.services.cloudformation.engine.v2.change_set_model_preproc"
        ":ChangeSetModelPreproc.visit_node_parameter"
    )
    stock = patch.original()

    def visit_node_parameter(self: ChangeSetModelPreproc, node_parameter: NodeParameter) -> Any:
        delta = stock(self, node_parameter)
        given = self.visit(node_parameter.dynamic_value)
        if self.visit(node_parameter.type_).after == TEXT:
            delta.before = "" if given.before == "" else delta.before
            delta.after = "" if given.after == "" else delta.after
        return delta

    patch.apply(visit_node_parameter)
