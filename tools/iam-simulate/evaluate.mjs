// Answers one simulation a line: reads it as JSON from standard input, writes the evaluator's decision as JSON.
// What the evaluator ignores or refuses is an error: a test must not pass because a condition was never looked at.
import { createInterface } from "node:readline";
import { runSimulation } from "@cloud-copilot/iam-simulate";

// KMS has a condition key for each key of an encryption context. The evaluator's table of known condition keys has no
// place for such names and drops them from the request. Under another name, the same in policies and request, they are
// compared as they are in AWS: a condition key's name means nothing to the comparison.
const encryptionContext = ["kms:EncryptionContext:", "aws:RequestTag/kms.EncryptionContext."];

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await runSimulation(JSON.parse(line.replaceAll(...encryptionContext)), {});
  console.log(
    JSON.stringify(
      answer.resultType === "single"
        ? { decision: answer.overallResult, ignored: answer.result.ignoredContextKeys ?? [] }
        : { error: answer.errors ?? `not one decision but ${answer.resultType}` },
    ),
  );
}
