/* The runtime of functions in Node.js: loads the handler, then asks the Runtime API for one event
 * after the other and posts the answers.
 *
 * AWS_LAMBDA_RUNTIME_API contains a secret (HOST:PORT/SECRET), without which the API answers no
 * request; the handler sees only the address, as on AWS.
 * [AWS Lambda developer guide: runtimes-api, nodejs-handler, nodejs-context, nodejs-logging]
 */
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import util from "node:util";

const [address, secret] = process.env.AWS_LAMBDA_RUNTIME_API.split("/");
process.env.AWS_LAMBDA_RUNTIME_API = address;
const [host, port] = address.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const taskRoot = process.env.LAMBDA_TASK_ROOT;
const major = Number(process.env.AWS_EXECUTION_ENV.match(/nodejs(\d+)/)?.[1] ?? 0);
const CALLBACKS_END_WITH = 24; // from nodejs24.x on, handlers with a callback are not supported
const UNSETTLED =
  "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly " +
  "caused by a Promise that was never settled. For more information, see " +
  "https://nodejs.org/docs/latest/api/process.html#exit-codes";
const HEADER_LENGTH_MAX = 256;
let requestId = "";

/** An error of the runtime itself, with the type by which AWS reports it. */
class RuntimeError extends Error {
  constructor(type, message, cause = undefined) {
    super(message);
    this.name = type;
    if (cause?.stack) this.stack = cause.stack;
  }
}

/** Sends one request to the Runtime API and returns its response. */
function call(method, route, body, headers = {}) {
  const options = {
    agent,
    host,
    port,
    method,
    path: `/${secret}/2018-06-01/runtime/${route}`,
    headers: body === undefined ? headers : { ...headers, "Content-Length": body.length },
  };
  return new Promise((resolve, reject) => {
    const request = http.request(options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({ headers: response.headers, body: Buffer.concat(chunks), status: response.statusCode }),
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Says in the log that AWS's runtime would have had a module that was not found. */
function explain(error) {
  if (/Cannot find (module|package) '(@aws-sdk\/|@smithy\/)/.test(textOf(() => error?.message))) {
    const advice = "add it to the function's package or to a layer";
    fs.writeSync(1, `[wavetank: Node.js has no AWS SDK here, unlike on AWS: ${advice}]\n`);
  }
}

/** A value as text: handlers may throw anything, also what has no text. */
function textOf(read) {
  try {
    return String(read());
  } catch {
    return "";
  }
}

/** The body and the header with which an error is reported; a header has no line breaks and only
 * some characters, a name any. */
function reported(error) {
  const isError = util.types.isNativeError(error) || error instanceof Error;
  const errorType = isError ? textOf(() => error.name) : typeof error;
  const errorMessage = textOf(() => (isError ? error.message : error));
  const trace = isError ? textOf(() => error.stack ?? "").split("\n").filter(Boolean) : [];
  const body = Buffer.from(JSON.stringify({ errorType, errorMessage, trace }));
  const header = errorType.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, HEADER_LENGTH_MAX);
  return { body, headers: { "Lambda-Runtime-Function-Error-Type": header } };
}

/** Makes `console` write AWS's lines: instant, request and level, separated by tabs. */
function patchConsole() {
  const inJson = process.env.AWS_LAMBDA_LOG_FORMAT === "JSON";
  const write = (level, text) => {
    const timestamp = new Date().toISOString();
    const line = inJson
      ? JSON.stringify({ timestamp, level, requestId, message: text })
      : `${timestamp}\t${requestId || "undefined"}\t${level}\t${text.replaceAll("\n", "\r")}`;
    fs.writeSync(1, `${line}\n`);
  };
  const levels = { log: "INFO", info: "INFO", debug: "DEBUG", trace: "TRACE", warn: "WARN", error: "ERROR" };
  for (const [name, level] of Object.entries(levels)) {
    console[name] = (...parts) => write(level, util.format(...parts));
  }
}

/** Imports the module of the handler, as CommonJS or as an ES module. */
async function importModule(file, name) {
  const found = [file, `${file}.js`, `${file}.mjs`, `${file}.cjs`].find(
    (each) => fs.existsSync(each) && fs.statSync(each).isFile(),
  );
  if (found === undefined) {
    const message = `Error: Cannot find module '${name}'\nRequire stack:\n- ${process.argv[1]}`;
    throw new RuntimeError("Runtime.ImportModuleError", message);
  }
  try {
    return isModule(found) ? await import(pathToFileURL(found).href) : createRequire(found)(found);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new RuntimeError("Runtime.UserCodeSyntaxError", `SyntaxError: ${error.message}`, error);
    }
    if (error?.code === "MODULE_NOT_FOUND" || error?.code === "ERR_MODULE_NOT_FOUND") {
      throw new RuntimeError("Runtime.ImportModuleError", `Error: ${error.message}`, error);
    }
    throw error;
  }
}

/** Whether Node.js treats the file as an ES module: by its ending, else by the next package.json. */
function isModule(file) {
  if (!file.endsWith(".js")) return file.endsWith(".mjs");
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const described = path.join(folder, "package.json");
    if (fs.existsSync(described)) return JSON.parse(fs.readFileSync(described, "utf8")).type === "module";
    if (folder === taskRoot || folder === path.dirname(folder)) return false;
  }
}

/** The function that `_HANDLER` names: `folder/module.export`, also `module.object.export`. */
async function loadHandler(text) {
  const directory = path.dirname(text);
  const [name, ...exported] = path.basename(text).split(".");
  if (exported.length === 0 || text.includes("..")) {
    throw new RuntimeError("Runtime.MalformedHandlerName", "Bad handler");
  }
  const module = await importModule(path.resolve(taskRoot, directory, name), name);
  let handler = exported.reduce((value, key) => value?.[key], module);
  handler ??= exported.reduce((value, key) => value?.[key], module.default);
  if (handler === undefined) {
    throw new RuntimeError("Runtime.HandlerNotFound", `${text} is undefined or not exported`);
  }
  if (typeof handler !== "function") {
    throw new RuntimeError("Runtime.HandlerNotFound", `${text} is not a function`);
  }
  return handler;
}

/** The handler's second argument. [nodejs-context] */
function contextOf(headers, settle) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const parsed = (name) => (headers[name] ? JSON.parse(headers[name]) : undefined);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parsed("lambda-runtime-client-context"),
    identity: parsed("lambda-runtime-cognito-identity"),
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: (error, result) => settle(error, result),
    succeed: (result) => settle(null, result),
    fail: (error) => settle(error ?? new Error("handled")),
  };
}

/** Runs the handler once; resolves with its result, in whichever way it returns one. */
function run(handler, event, headers) {
  return new Promise((resolve, reject) => {
    let atEnd = () => resolve(null); // it neither answered nor left anything to wait for
    let isPromise = false;
    const settle = (error, result) => {
      if (isPromise) return; // its callback is ignored
      atEnd = () => (error === null || error === undefined ? resolve(result) : reject(error));
      if (!context.callbackWaitsForEmptyEventLoop) atEnd();
    };
    const context = contextOf(headers, settle);
    process.once("beforeExit", () => atEnd());
    const takesCallbacks = major < CALLBACKS_END_WITH;
    const returned = takesCallbacks ? handler(event, context, settle) : handler(event, context);
    if (typeof returned?.then !== "function") return;
    isPromise = true;
    atEnd = () => reject(new RuntimeError("Runtime.NodeJsExit", UNSETTLED));
    returned.then(resolve, reject);
  });
}

/** The answer as JSON; undefined becomes null. */
function encoded(result) {
  return Buffer.from(JSON.stringify(result === undefined ? null : result) ?? "null");
}

async function serve(handler) {
  for (;;) {
    const next = await call("GET", "invocation/next");
    requestId = next.headers["lambda-runtime-aws-request-id"];
    process.env._X_AMZN_TRACE_ID = next.headers["lambda-runtime-trace-id"] ?? "";
    let route, body, headers;
    try {
      const event = next.body.length ? JSON.parse(next.body) : undefined;
      [route, body, headers] = ["response", encoded(await run(handler, event, next.headers)), {}];
    } catch (error) {
      ({ body, headers } = reported(error));
      console.error("Invoke Error", body.toString());
      explain(error);
      route = "error";
    }
    process.removeAllListeners("beforeExit");
    await call("POST", `invocation/${requestId}/${route}`, body, headers);
  }
}

/** Ends the process after an error that no code handles; the invocation fails with that error. */
function endWith(label, error) {
  console.error(label, util.inspect(error));
  explain(error);
  const { body, headers } = reported(error);
  const route = requestId ? `invocation/${requestId}/error` : "init/error";
  call("POST", route, body, headers).then(
    () => process.exit(129),
    () => process.exit(129),
  );
}

patchConsole();
process.on("uncaughtException", (error) => endWith("Uncaught Exception", error));
process.on("unhandledRejection", (reason) =>
  endWith("Unhandled Promise Rejection", new RuntimeError("Runtime.UnhandledPromiseRejection", textOf(() => reason))),
);
loadHandler(process.env._HANDLER).then(serve, (error) => endWith("Init Error", error));
