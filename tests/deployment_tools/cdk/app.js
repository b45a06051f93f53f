// A small stack without container images: names are left to CloudFormation, as the CDK does.
const { App, CfnOutput, Duration, RemovalPolicy, Stack } = require("aws-cdk-lib");
const { AttributeType, BillingMode, Table } = require("aws-cdk-lib/aws-dynamodb");
const { Rule, Schedule } = require("aws-cdk-lib/aws-events");
const { LambdaFunction } = require("aws-cdk-lib/aws-events-targets");
const { Code, Function, Runtime } = require("aws-cdk-lib/aws-lambda");
const { Queue } = require("aws-cdk-lib/aws-sqs");

const app = new App();
const stack = new Stack(app, "Small", { env: { account: "000000000000", region: "eu-west-1" } });
const table = new Table(stack, "Items", {
  partitionKey: { name: "id", type: AttributeType.STRING },
  billingMode: BillingMode.PAY_PER_REQUEST,
  removalPolicy: RemovalPolicy.DESTROY,
});
const writer = new Function(stack, "Writer", {
  runtime: Runtime.PYTHON_3_13,
  handler: "index.handler",
  code: Code.fromAsset(`${__dirname}/fn`),
  environment: { TABLE: table.tableName },
  deadLetterQueue: new Queue(stack, "Failed"),
});
table.grantWriteData(writer);
new Rule(stack, "EveryDay", {
  schedule: Schedule.rate(Duration.days(1)),
  targets: [new LambdaFunction(writer)],
});
new CfnOutput(stack, "Function", { value: writer.functionName });
new CfnOutput(stack, "Table", { value: table.tableName });
