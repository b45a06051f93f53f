"""Functions in other languages than Python, on the programs that the sandbox has."""

import json
import shutil
from collections.abc import Mapping

import pytest

from tests.archives import FILE, PROGRAM, zipped
from tests.live.conftest import Answer, MakeFunction
from tests.live.hosts import ContainerHost, Host
from tests.live.names import unique_letters
from wavetank.aws.clients import AwsClients, ClientError

NODE_CODE = {
    "index.js": """
exports.echo = async (event, context) => {
  console.log("seen", event);
  return { event, id: context.awsRequestId };
};
exports.called = (event, context, callback) => setTimeout(() => callback(null, "called"), 10);
exports.fails = async () => { throw new TypeError("on purpose"); };
exports.unsettled = () => new Promise(() => {});
exports.sdk = async () => require("@aws-sdk/client-s3");
exports.library = async () => require("of-the-layer").name;
""",
    "folder/module.mjs": "export const handler = async () => import.meta.url.split('/').pop();",
}
NODE_LAYER = {"nodejs/node_modules/of-the-layer/index.js": "exports.name = 'of the layer';"}
BOOTSTRAP = """#!/bin/bash
while true; do
  python3 - <<'SCRIPT'
import os, urllib.request
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
with urllib.request.urlopen(f"{api}/next") as event:
    request, body = event.headers["Lambda-Runtime-Aws-Request-Id"], event.read()
urllib.request.urlopen(f"{api}/{request}/response", data=b'{"event": ' + body + b"}").read()
SCRIPT
done
"""


def _archive(files: Mapping[str, str]) -> bytes:
    return zipped([(name, FILE, text) for name, text in files.items()])


@pytest.fixture
def node_runtime(localstack: Host, make_function: MakeFunction) -> str:
    """A runtime in Node.js; the test ends here if the engine has none, and says so."""
    if isinstance(localstack, ContainerHost) or shutil.which("node") is None:
        with pytest.raises(ClientError, match=r"nodejs20\.x needs the program node"):
            make_function("", code=_archive(NODE_CODE), Runtime="nodejs20.x")
        pytest.skip("the engine has no node: refused when created, which this test has seen")
    return "nodejs20.x"


def test_node_functions_run_with_awss_results(
    make_function: MakeFunction, aws: AwsClients, node_runtime: str
) -> None:
    """Both module systems, both kinds of handler, errors and a layer."""
    archive = _archive(NODE_LAYER)
    name = f"test-{unique_letters()}"
    layer = aws.awslambda.publish_layer_version(LayerName=name, Content={"ZipFile": archive})

    def answer(handler: str) -> Answer:
        function = make_function(
            "",
            handler,
            code=_archive(NODE_CODE),
            Runtime=node_runtime,
            Layers=[layer["LayerVersionArn"]],
        )
        return function.invoke({"a": 1})

    echo = answer("index.echo")
    assert echo.payload["event"] == {"a": 1}
    assert f"\t{echo.payload['id']}\tINFO\tseen {{ a: 1 }}" in echo.log
    assert answer("index.called").payload == "called"
    assert answer("index.library").payload == "of the layer"
    assert answer("folder/module.handler").payload == "module.mjs"
    failed = answer("index.fails")
    assert (failed.error, failed.payload["errorType"]) == ("Unhandled", "TypeError")
    assert failed.payload["errorMessage"] == "on purpose"
    assert "no AWS SDK here, unlike on AWS" in answer("index.sdk").log
    assert answer("index.unsettled").payload["errorType"] == "Runtime.NodeJsExit"
    assert answer("index.missing").payload["errorType"] == "Runtime.HandlerNotFound"
    assert answer("nothing.handler").payload["errorType"] == "Runtime.ImportModuleError"


def test_an_os_only_runtime_is_the_functions_own_program(make_function: MakeFunction) -> None:
    """`bootstrap` asks the Runtime API itself; without one the error is AWS's."""
    code = zipped([("bootstrap", PROGRAM, BOOTSTRAP)])
    function = make_function("", "any", code=code, Runtime="provided.al2023")
    assert function.result([1]) == {"event": [1]}
    assert function.result([2]) == {"event": [2]}
    without = make_function("", "any", code=_archive({"a": ""}), Runtime="provided.al2023")
    answer = without.invoke()
    assert answer.payload["errorType"] == "Runtime.InvalidEntrypoint"
    assert answer.payload["errorMessage"].endswith(
        "Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"
    )


def test_a_runtime_that_cannot_run_is_refused_when_it_is_created(
    make_function: MakeFunction,
) -> None:
    """The message names what is missing; an update to it is refused too."""
    with pytest.raises(ClientError, match=r"java21 needs an interpreter and a runtime client"):
        make_function("", Runtime="java21")
    function = make_function("def handler(event, context): return event")
    with pytest.raises(ClientError, match=r"ruby3\.4 needs an interpreter"):
        function.aws.awslambda.update_function_configuration(
            FunctionName=function.name, Runtime="ruby3.4"
        )
    assert function.result(json.loads("[1]")) == [1]
