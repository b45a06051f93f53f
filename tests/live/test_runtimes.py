"""Functions in other languages than Python, on the programs that the sandbox has."""

import json
import shutil
from collections.abc import Mapping

import pytest

from tests.archives import FILE, PROGRAM, zipped
from tests.live.conftest import MakeFunction
from tests.live.hosts import ContainerHost, Host
from wavetank.aws.clients import ClientError

NODE_CODE = {
    "index.js": """
exports.echo = async (event, context) => {
  console.log("seen", event);
  return { event, name: context.functionName, id: context.awsRequestId };
};
exports.called = (event, context, callback) => setTimeout(() => callback(null, "called"), 10);
exports.fails = async () => { throw new TypeError("on purpose"); };
exports.unsettled = () => new Promise(() => {});
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
    make_function: MakeFunction, node_runtime: str
) -> None:
    """Both module systems, both kinds of handler, errors and a layer."""
    layer = _archive(NODE_LAYER)
    function = make_function("", "index.echo", code=_archive(NODE_CODE), Runtime=node_runtime)
    client = function.aws.awslambda
    published = client.publish_layer_version(LayerName=function.name, Content={"ZipFile": layer})

    def result(handler: str) -> object:
        client.update_function_configuration(
            FunctionName=function.name, Handler=handler, Layers=[published["LayerVersionArn"]]
        )
        waiter = client.get_waiter("function_updated_v2")
        waiter.wait(FunctionName=function.name, WaiterConfig={"Delay": 1})
        return function.invoke().payload

    answer = function.invoke({"a": 1})
    assert (answer.payload["event"], answer.payload["name"]) == ({"a": 1}, function.name)
    assert f"\t{answer.payload['id']}\tINFO\tseen {{ a: 1 }}" in answer.log
    assert result("index.called") == "called"
    assert result("index.library") == "of the layer"
    assert result("folder/module.handler") == "module.mjs"
    failed = result("index.fails")
    assert isinstance(failed, dict)
    assert (failed["errorType"], failed["errorMessage"]) == ("TypeError", "on purpose")
    missing = result("index.missing")
    assert isinstance(missing, dict)
    assert missing["errorType"] == "Runtime.HandlerNotFound"


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
