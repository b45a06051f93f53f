"""What the tests of the pipeline look at."""

import pytest


@pytest.fixture
def items(simulator):
    """The items of a table, by its logical id, with numbers and texts as they are."""

    def found(table):
        pages = simulator.aws.dynamodb.scan(TableName=simulator.name_of(table))
        return [
            {name: next(iter(value.values())) for name, value in item.items()}
            for item in pages["Items"]
        ]

    return found
