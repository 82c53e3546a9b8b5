"""Makes the stacks of templates on moto, in this process, and tells what was made.

Reads a list of {"template": {...}, "parameters": {...}} from standard input: a
SAM template with intrinsic functions in their long form. Writes a list of
{"transformed": template, "left_out": types, "made": {logical id: answers of the
services}, "exports": {...}}, or {"error": text} for one that cannot be made.

moto leaves out resources of types that it does not know, and stumbles over what
refers to them. So those are taken out here, by moto's own list, and named; what
refers to them gets a text in their place.
"""

import ast
import io
import json
import logging
import os
import re
import sys
import traceback
import warnings

os.environ.update(AWS_DEFAULT_REGION="eu-central-1", AWS_ACCESS_KEY_ID="moto", AWS_SECRET_ACCESS_KEY="moto")
for name in ("AWS_CA_BUNDLE", "AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB"):
    os.environ.pop(name, None)
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

import boto3
from moto import mock_aws
from moto.awslambda.models import LambdaVersion, lambda_backends
from moto.cloudformation.parsing import get_model_map
from moto.core.common_models import CloudFormationModel
from moto.kms.models import kms_backends
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

STACK, CODE, ACCOUNT = "gatepass", "code", "123456789012"


class Alias(CloudFormationModel):
    """An alias. moto's Lambda has them, its CloudFormation does not lead there."""

    __module__ = "moto.awslambda.aliases"  # moto sorts its classes by this

    def __init__(self, arn):
        self.physical_resource_id = arn  # what Ref of an alias is

    @staticmethod
    def cloudformation_name_type():
        return "Name"

    @staticmethod
    def cloudformation_type():
        return "AWS::Lambda::Alias"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **_):
        p = cloudformation_json["Properties"]
        version = p["FunctionVersion"]
        alias = lambda_backends[account_id][region_name].create_alias(
            name=p["Name"], function_name=p["FunctionName"], function_version=version, description="", routing_config={}
        )
        return cls(alias.arn)


LambdaVersion.get_cfn_attribute = lambda self, name: str(self.version)  # of the one attribute, Version


def transform(template, parameters):
    """The template as CloudFormation would get it from the SAM transform."""
    template = json.loads(json.dumps(template))
    template["Globals"]["Function"]["CodeUri"] = f"s3://{CODE}/bootstrap.zip"
    return Translator({}, Parser(), None).translate(template, dict(parameters))


def without(template, known):
    """The template without resources of unknown types, and those types. A custom
    resource is one too: its function is none that moto could run."""
    out = {k: r for k, r in template["Resources"].items() if r["Type"] not in known}

    def replace(v):
        if isinstance(v, list):
            return [replace(e) for e in v]
        if not isinstance(v, dict):
            return v
        if len(v) == 1 and v.get("Ref") in out:
            return "left-out-" + v["Ref"]
        if len(v) == 1 and "Fn::GetAtt" in v and attribute(v)[0] in out:
            return "left-out-" + ".".join(attribute(v))
        if len(v) == 1 and "Fn::Sub" in v and isinstance(v["Fn::Sub"], str):
            return {"Fn::Sub": re.sub(r"\$\{(\w+)(\.\w+)?\}", lambda m: "left-out-" + m[1] if m[1] in out else m[0], v["Fn::Sub"])}
        return {k: replace(e) for k, e in v.items()}

    kept = {**template, "Resources": {k: r for k, r in template["Resources"].items() if k not in out}}
    for r in kept["Resources"].values():
        if isinstance(r.get("DependsOn"), list):
            r["DependsOn"] = [d for d in r["DependsOn"] if d not in out]
    return replace(kept), sorted({r["Type"] for r in out.values()})


def attribute(v):
    name = v["Fn::GetAtt"]
    return name.split(".") if isinstance(name, str) else name


def read(kind, id):
    """What the services say of one resource."""
    c = boto3.client
    if kind == "AWS::DynamoDB::Table":
        return {"Table": c("dynamodb").describe_table(TableName=id)["Table"]}
    if kind == "AWS::Lambda::Function":
        f = c("lambda")
        answer = {"Configuration": f.get_function_configuration(FunctionName=id), "Aliases": f.list_aliases(FunctionName=id)["Aliases"], "Policies": {}}
        for qualifier in ["", *(a["Name"] for a in answer["Aliases"])]:
            try:
                policy = f.get_policy(FunctionName=id, **({"Qualifier": qualifier} if qualifier else {}))["Policy"]
                answer["Policies"][qualifier] = json.loads(policy)["Statement"]
            except f.exceptions.ResourceNotFoundException:
                pass
        return answer
    if kind == "AWS::Lambda::EventSourceMapping":
        return c("lambda").get_event_source_mapping(UUID=id)
    if kind == "AWS::IAM::Role":
        i = c("iam")
        return {
            "Role": i.get_role(RoleName=id)["Role"],
            "Policies": [{"PolicyDocument": document(i.get_role_policy(RoleName=id, PolicyName=n))} for n in i.list_role_policies(RoleName=id)["PolicyNames"]],
            "Attached": i.list_attached_role_policies(RoleName=id)["AttachedPolicies"],
        }
    if kind == "AWS::IAM::ManagedPolicy":
        i = c("iam")
        version = i.get_policy(PolicyArn=id)["Policy"]["DefaultVersionId"]
        return i.get_policy_version(PolicyArn=id, VersionId=version)["PolicyVersion"]
    if kind == "AWS::Logs::LogGroup":
        return next(g for g in c("logs").describe_log_groups(logGroupNamePrefix=id)["logGroups"] if g["logGroupName"] == id)
    if kind == "AWS::KMS::Key":
        k = c("kms")
        answer = {"Key": k.describe_key(KeyId=id)["KeyMetadata"], "Policy": json.loads(k.get_key_policy(KeyId=id, PolicyName="default")["Policy"])}
        answer["Rotation"] = k.get_key_rotation_status(KeyId=id)["KeyRotationEnabled"]
        return answer
    if kind == "AWS::CloudWatch::Dashboard":
        return {"Body": c("cloudwatch").get_dashboard(DashboardName=id)["DashboardBody"]}
    return {}


def document(answer):
    """A policy, which moto writes as Python does where CloudFormation brought it."""
    text = answer["PolicyDocument"]
    return ast.literal_eval(text) if isinstance(text, str) else text


def make(job):
    transformed = transform(job["template"], job["parameters"])
    template, left_out = without(transformed, get_model_map())
    with mock_aws():
        s3, stacks = boto3.client("s3"), boto3.client("cloudformation")
        s3.create_bucket(Bucket=CODE, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        s3.put_object(Bucket=CODE, Key="bootstrap.zip", Body=b"")
        parameters = [{"ParameterKey": k, "ParameterValue": v} for k, v in job["parameters"].items()]
        stacks.create_stack(StackName=STACK, TemplateBody=json.dumps(template), Parameters=parameters, Capabilities=["CAPABILITY_IAM"])
        stack = stacks.describe_stacks(StackName=STACK)["Stacks"][0]
        if stack["StackStatus"] != "CREATE_COMPLETE":
            raise RuntimeError(stack["StackStatus"])
        for key in kms_backends[ACCOUNT]["eu-central-1"].keys.values():
            if isinstance(key.policy, dict):
                key.policy = json.dumps(key.policy)  # so moto has it of every other caller
        made = {}
        for r in stacks.describe_stack_resources(StackName=STACK)["StackResources"]:
            if not r.get("ResourceType"):
                continue  # its condition does not hold
            kind, id = r["ResourceType"], r.get("PhysicalResourceId", "")
            made[r["LogicalResourceId"]] = {"Type": kind, "ID": id, **read(kind, id)}
        return {
            "transformed": transformed,
            "left_out": left_out,
            "made": made,
            "outputs": {o["OutputKey"]: o["OutputValue"] for o in stack["Outputs"]},
            "exports": {e["Name"]: e["Value"] for e in stacks.list_exports()["Exports"]},
        }


def told(job):
    try:
        return make(job)
    except Exception as e:  # of any kind: it is for the test to judge
        return {"error": f"{type(e).__name__}: {e}", "at": traceback.format_exc().splitlines()[-12:]}


if __name__ == "__main__":
    out, sys.stdout = sys.stdout, io.StringIO()  # for nothing but the answer
    json.dump([told(job) for job in json.load(sys.stdin)], out, default=str)
