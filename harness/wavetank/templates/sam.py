"""Expands `Transform: AWS::Serverless-2016-10-31` by AWS's own translator.

The translator takes code from buckets only, as it runs after `sam package`. So local code is given
to it under a placeholder, and what it makes has the local path again, as in a template for
`aws cloudformation package`. Documents that are named by a local path are read into the template.
The version that AutoPublishAlias publishes is named by the hash of the code, which a placeholder
does not have: so the hash of local code is given with it, unless the template gives one.
[SAM developer guide: sam-specification; samtranslator.translator.transform]
"""

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from wavetank.core.lambda_package import code_digest
from wavetank.core.settings import REGION
from wavetank.templates.accessors import as_list, as_table
from wavetank.templates.document import Keys, Template
from wavetank.templates.includes import read_document_part
from wavetank.templates.problems import TemplateProblem
from wavetank.templates.references import PSEUDO, TemplateScope

SERVERLESS = "AWS::Serverless-2016-10-31"
PLACEHOLDER = "wavetank-local"
"""The bucket of local code, as the translator sees it."""
ORIGIN = "WavetankOrigin"
"""The entry of a resource's Metadata that the translator copies to what it makes of it."""
FUNCTION = "AWS::Serverless::Function"
CODE = {FUNCTION: "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}
ALIAS, ALIASED_CODE = "AutoPublishAlias", "AutoPublishCodeSha256"
DOCUMENTS = {
    "AWS::Serverless::Api": "DefinitionBody",
    "AWS::Serverless::HttpApi": "DefinitionBody",
    "AWS::Serverless::StateMachine": "Definition",
}
"""The property that holds the document which `DefinitionUri` names."""
APPLICATION = "AWS::Serverless::Application"
EMPTY_DOCUMENT = {"swagger": "2.0", "paths": {}}
"""In place of one that cannot be read, so that other problems are found."""
NAMED_IN_MESSAGE = re.compile(r"(?:Resource|Event) with id \[(\w+)\]")


def is_sam(template: Template) -> bool:
    """Whether the template is to be expanded."""
    return SERVERLESS in as_list(template.body.get("Transform"))


def expanded(scope: TemplateScope, code: Path) -> tuple[Template, list[TemplateProblem]]:
    """The template with the resources that CloudFormation knows; `code` is the folder of its code.

    Each has the line of the resource, or of the event, that it was made from. With problems the
    template is as it was.
    """
    template = scope.template
    body: dict[str, Any] = copy.deepcopy(dict(template.body))
    local = _Localized(template, body, code)
    values = {
        name: value for name in template.section("Parameters") if (value := _text(scope, name))
    }
    translated, problems = _translate(template, body, {**PSEUDO, **values})
    problems = [*local.problems, *problems]
    if problems:
        return template, problems
    transforms = [name for name in as_list(template.body["Transform"]) if name != SERVERLESS]
    if transforms:
        translated["Transform"] = transforms
    resources = translated["Resources"]
    origins = {name: _take_origin(resource, name) for name, resource in resources.items()}
    for resource in resources.values():
        local.restore(resource)
    lines = {**template.lines, **dict(_lines(template, resources, origins))}
    kept = {
        name: origin for name, origin in origins.items() if origin in template.body["Resources"]
    }
    parts = template.parts | local.parts
    return replace(template, body=translated, lines=lines, origins=kept, parts=parts), []


def _text(scope: TemplateScope, name: str) -> str | None:
    value = scope.value({"Ref": name})
    return value if isinstance(value, str) else None


class _Localized:
    """The body with placeholders for local code, and with documents read into it."""

    def __init__(self, template: Template, body: dict[str, Any], folder: Path) -> None:
        self._folder = folder
        self.problems: list[TemplateProblem] = []
        self.parts = set[Path]()
        self._template = template
        self._code: dict[str, Any] = {}
        common = as_table(body.get("Globals"))
        defaults = as_table(common.get("Function"))
        for name, resource in body["Resources"].items():
            properties = resource["Properties"] = as_table(resource.get("Properties"))
            resource["Metadata"] = {**as_table(resource.get("Metadata")), ORIGIN: name}
            kind = resource["Type"]
            if kind in CODE:
                self._hide(name, kind, properties, defaults)
            if kind in DOCUMENTS:
                self._read(name, DOCUMENTS[kind], properties)
            if kind == APPLICATION and not isinstance(properties.get("Location"), str):
                self._refuse_published(name, properties)

    def restore(self, resource: dict[str, Any]) -> None:
        """Puts the local path in place of the placeholder."""
        properties = as_table(resource.get("Properties"))
        for key in ("Code", "Content"):
            code = as_table(properties.get(key))
            if code.get("S3Bucket") == PLACEHOLDER:
                properties[key] = self._code[code["S3Key"]]
        code = as_table(properties.get("Code"))
        if str(code.get("ImageUri", "")).startswith(PLACEHOLDER):
            properties["Code"] = {"ImageUri": f"local image of {code['ImageUri'].split('/')[1]}"}

    def _hide(
        self, name: str, kind: str, properties: dict[str, Any], defaults: Mapping[str, Any]
    ) -> None:
        if kind == FUNCTION:
            if "Image" in {properties.get("PackageType"), defaults.get("PackageType")}:
                properties.setdefault("ImageUri", f"{PLACEHOLDER}/{name}")
                return
            if "InlineCode" in properties:
                return
            # Without a path `sam package` takes the folder of the template.
            properties.setdefault("CodeUri", defaults.get("CodeUri", "."))
        code = properties.get(CODE[kind])
        if isinstance(code, str) and code and not code.startswith("s3://"):
            if kind == FUNCTION and (ALIAS in properties or ALIAS in defaults):
                properties.setdefault(ALIASED_CODE, code_digest(self._folder / code))
            self._code[name] = code
            properties[CODE[kind]] = f"s3://{PLACEHOLDER}/{name}"

    def _read(self, name: str, into: str, properties: dict[str, Any]) -> None:
        """Reads the document that the resource names by a local path."""
        keys: Keys = ("Resources", name, "Properties")
        uri = properties.get("DefinitionUri")
        if isinstance(uri, str) and not uri.startswith("s3://"):
            del properties["DefinitionUri"]
            self.parts.add(self._template.path.parent / uri)
            document, problem = read_document_part(self._template, uri, (*keys, "DefinitionUri"))
            if problem is not None:
                self.problems.append(problem)
            properties[into] = document if problem is None else EMPTY_DOCUMENT

    def _refuse_published(self, name: str, properties: dict[str, Any]) -> None:
        keys: Keys = ("Resources", name, "Properties", "Location")
        found = f"{name} with another Location at {self._template.position(keys)}"
        action = "download the application, and name its template"
        expected = "an application whose Location is a local template"
        self.problems.append(TemplateProblem(expected, found, action))
        # The translator would ask the Serverless Application Repository of an account.
        properties["Location"] = PLACEHOLDER


def _translate(
    template: Template, body: dict[str, Any], values: dict[str, str]
) -> tuple[dict[str, Any], list[TemplateProblem]]:
    """What the translator makes of the body, or what is wrong with it."""
    # Imported here as it takes seconds: only templates that need it wait for it.
    from samtranslator.model.exceptions import (  # noqa: PLC0415 - see above
        ExceptionWithMessage,
        InvalidDocumentException,
    )
    from samtranslator.parser.parser import Parser  # noqa: PLC0415 - as above
    from samtranslator.translator.translator import Translator  # noqa: PLC0415 - as above

    # Without a session it looks for the region in the configuration of the user's account.
    translator = Translator(None, Parser(), boto_session=SimpleNamespace(region_name=REGION))
    try:
        made: dict[str, Any] = translator.translate(
            body, values, passthrough_metadata=True, get_managed_policy_map=_UnlistedPolicies
        )
    except InvalidDocumentException as error:
        return {}, [_problem(template, cause.message) for cause in error.causes]
    except ExceptionWithMessage as error:
        return {}, [_problem(template, error.message)]
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        # The translator assumes the form of much that it does not check.
        return {}, [_problem(template, f"{type(error).__name__}: {error}")]
    finally:
        translator.metrics.publish()  # discards them; without this it warns of unpublished metrics
    return made, []


class _UnlistedPolicies(dict[str, str]):
    """ARNs of AWS's managed policies that are newer than the translator's own list."""

    def __bool__(self) -> bool:
        return True

    def get(self, name: str, default: Any = None) -> Any:
        is_name = re.fullmatch(r"[\w+=,.@-]+", name) is not None
        return f"arn:aws:iam::aws:policy/{name}" if is_name else default


def _problem(template: Template, message: str) -> TemplateProblem:
    """In one line, with the position of the resource or the event that the message names."""
    text = " ".join(message.split()).rstrip(".")
    keys: Keys = ("Transform",)
    if named := NAMED_IN_MESSAGE.findall(text):  # a function, and an event of it
        keys = next(_keys_of(template, "".join(named)), keys)
    found = f"{text} at {template.position(keys)}"
    return TemplateProblem("a template that SAM can expand", found, "correct it")


def _keys_of(template: Template, name: str) -> Iterator[Keys]:
    """Where a resource is, or an event whose id is made of its function's and its own."""
    for resource, written in template.section("Resources").items():
        if name == resource:
            yield ("Resources", resource)
        elif name.startswith(resource):
            events = as_table(as_table(written.get("Properties")).get("Events"))
            if name.removeprefix(resource) in events:
                event = name.removeprefix(resource)
                yield ("Resources", resource, "Properties", "Events", event)


def _take_origin(resource: dict[str, Any], name: str) -> str:
    """The resource of the file from which this one was made; itself for what SAM adds to all."""
    metadata = {**as_table(resource.get("Metadata"))}
    origin: str = metadata.pop(ORIGIN, name)
    if metadata:
        resource["Metadata"] = metadata
    else:
        resource.pop("Metadata", None)
    return origin


def _lines(
    template: Template, resources: Mapping[str, Any], origins: Mapping[str, str]
) -> Iterator[tuple[Keys, int]]:
    """The line of each generated resource, and of properties that SAM renames."""
    for name, origin in origins.items():
        source: Keys = ("Resources", origin)
        properties = (*source, "Properties")
        for generated, written in (("Code", "CodeUri"), ("Content", "ContentUri")):
            if generated in as_table(resources[name].get("Properties")):
                at = template.line((*properties, written))
                yield ("Resources", name, "Properties", generated), at
        if origin not in template.body["Resources"]:
            yield ("Resources", name), template.line(_first_api(template))
        elif name != origin:
            events = as_table(
                as_table(template.body["Resources"][origin].get("Properties")).get("Events")
            )
            for event in events:
                if name.startswith(f"{origin}{event}"):
                    source = (*properties, "Events", event)
            yield ("Resources", name), template.line(source)


def _first_api(template: Template) -> Keys:
    """The first event for which SAM makes an API of its own."""
    for name, resource in template.section("Resources").items():
        events = as_table(as_table(resource.get("Properties")).get("Events"))
        for event, written in events.items():
            if as_table(written).get("Type") in {"Api", "HttpApi"}:
                return ("Resources", name, "Properties", "Events", event)
    return ("Transform",)


def refuse_unexpanded(template: Template) -> list[TemplateProblem]:
    """Transforms and macros that only an account has."""
    problems = []
    for name in as_list(template.body.get("Transform")):
        shown = as_table(name).get("Name", name)
        found = f"the transform {shown} at {template.position(('Transform',))}"
        action = (
            "use the expanded template: `aws cloudformation get-template --template-stage "
            "Processed` shows that of a deployed stack"
        )
        expected = f"a template without transforms, or with {SERVERLESS}"
        problems.append(TemplateProblem(expected, found, action))
    problems += [
        TemplateProblem(
            "a template without macros",
            f"{keys[-1]} at {template.position(keys)}",
            "write out what it expands to",
        )
        for keys in _macros(template.body, ())
    ]
    return problems


def _macros(part: Any, keys: Keys) -> Iterator[Keys]:
    """Where a macro is used that was not replaced by what it names."""
    if isinstance(part, list):
        for index, element in enumerate(part):
            yield from _macros(element, (*keys, index))
    elif isinstance(part, dict):
        for name, value in part.items():
            if name == "Fn::Transform":
                yield (*keys, name)
            else:
                yield from _macros(value, (*keys, name))
