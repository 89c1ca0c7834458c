"""How the engine asks the pack, in place of what the SDK does by itself.

The SDK decodes a resource once for each rule, which with many rules takes most of a preview; here it is decoded once.
The SDK also obeys a configuration that lowers a rule's level or switches it off; here every rule is mandatory, whatever
the configuration says.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pulumi_policy.policy
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto.analyzer_pb2 import (
    ADVISORY,
    MANDATORY,
    POLICY_SEVERITY_HIGH,
    AnalyzeDiagnostic,
    AnalyzeRequest,
    AnalyzeResponse,
    AnalyzerStackConfigureRequest,
    AnalyzerStackConfigureResponse,
    AnalyzeStackRequest,
    ConfigureAnalyzerRequest,
    PolicyNotApplicable,
    RemediateResponse,
)
from pulumi_policy.policy import _PolicyAnalyzerServicer  # pyright: ignore[reportPrivateUsage]  # see serve_with

from policies.court import Court, Opinion, Run
from policies.properties import decode
from policies.recording import Recorder
from policies.resources import Resource
from policies.rulebook import WEIGHT, Answer
from policies.terms import AGREED_POLICY, Terms, TermsError


class Analyzer(_PolicyAnalyzerServicer):
    """The pack's side of the engine's protocol; what isn't here is the SDK's."""

    def __init__(self, court: Court, recorder: Recorder, name: str, version: str, *arguments: Any) -> None:
        super().__init__(name, version, *arguments)
        self._court = court
        self._recorder = recorder
        self._name = name
        self._version = version
        self._descriptions = {policy.name: policy.description for policy in court.policies()}
        self._answers: dict[str, Answer] = {}
        """The heaviest answer of each policy about single resources."""

    def Configure(self, request: ConfigureAnalyzerRequest, _context: object) -> Empty:  # noqa: N802  # as below
        """Takes the terms that the pack's configuration names, and nothing else of it."""
        entry = request.policyConfig.get(AGREED_POLICY)
        try:
            self._court.agreed = Terms.of_pack({} if entry is None else decode(entry.properties))
        except TermsError as error:
            self._court.misconfigured_because = str(error)
        return Empty()

    def ConfigureStack(  # noqa: N802  # the name of the engine's call
        self, request: AnalyzerStackConfigureRequest, _context: object
    ) -> AnalyzerStackConfigureResponse:
        """Takes note of what the engine is about to do, of which the SDK takes only the tags.

        Environment variables say the same, but only where the pack isn't started by a language host.
        """
        self._recorder.note(request)
        self._court.run = Run.of_request(request)
        return super().ConfigureStack(request, _context)

    def Analyze(self, request: AnalyzeRequest, _context: object) -> AnalyzeResponse:  # noqa: N802  # as above
        """Judges one resource that is about to be registered."""
        self._recorder.note(request)
        opinions = self._court.judge(Resource.of_request(request))
        for each in opinions:
            before = self._answers.get(each.policy, "not-applicable")
            self._answers[each.policy] = max(before, each.judgement.answer, key=WEIGHT.__getitem__)
        return self._response(opinions)

    def AnalyzeStack(self, request: AnalyzeStackRequest, _context: object) -> AnalyzeResponse:  # noqa: N802  # as above
        """Judges all resources together, once they are registered."""
        self._recorder.note(request)
        response = self._response(self._court.judge_stack([Resource.of_state(each) for each in request.resources]))
        # What is neither named here nor violated the engine takes for passed.
        told = (name for name, answer in self._answers.items() if answer != "passed")
        response.not_applicable.extend(PolicyNotApplicable(policy_name=name) for name in told)
        return response

    def Remediate(self, request: object, _context: object) -> RemediateResponse:  # noqa: ARG002, N802  # as above
        """Changes nothing: a rule says what is wrong, people mend it."""
        return RemediateResponse()

    def _response(self, opinions: Sequence[Opinion]) -> AnalyzeResponse:
        response = AnalyzeResponse(diagnostics=[each for opinion in opinions for each in self._findings(opinion)])
        spoken = {each.policy for each in opinions if each.judgement.answer != "not-applicable"}
        silent = {each.policy: each.judgement.inapplicable_because for each in opinions if each.policy not in spoken}
        response.not_applicable.extend(
            PolicyNotApplicable(policy_name=name, reason=reason or "") for name, reason in silent.items()
        )
        return response

    def _findings(self, opinion: Opinion) -> Iterator[AnalyzeDiagnostic]:
        judgement = opinion.judgement
        if judgement.answer in ("passed", "not-applicable"):
            return
        clauses = ", ".join(self._court.clauses.get(judgement.rule, ()))
        suffix = f" [{clauses}]" if clauses else ""
        # What one policy finds on behalf of another rule names that rule.
        prefix = "" if opinion.policy == judgement.rule else f"{judgement.rule}: "
        if judgement.exempted_because is None:
            for message in judgement.violations:
                yield self._finding(opinion, f"{prefix}{message}{suffix}", MANDATORY)
        elif judgement.violations:
            yield self._finding(opinion, f"{judgement.exempted_because}{suffix}", ADVISORY)
        for message in judgement.warnings:
            yield self._finding(opinion, f"{message}{suffix}", ADVISORY)
        level = ADVISORY if self._court.run.phase == "preview" else MANDATORY
        for message in judgement.unknowns:
            yield self._finding(opinion, f"{prefix}undetermined: {message}{suffix}", level)

    def _finding(self, opinion: Opinion, message: str, level: Any) -> AnalyzeDiagnostic:
        description = self._descriptions[opinion.policy]
        return AnalyzeDiagnostic(
            policyName=opinion.policy,
            policyPackName=self._name,
            policyPackVersion=self._version,
            message=f"{description}\n{message}",
            urn=opinion.judgement.urn,
            description=description,
            enforcementLevel=level,
            severity=POLICY_SEVERITY_HIGH,
        )


def serve_with(court: Court, recorder: Recorder) -> None:
    """Lets `PolicyPack` serve an Analyzer that asks this court; the SDK has no other way to put one in."""

    def make(*arguments: Any) -> Analyzer:
        return Analyzer(court, recorder, *arguments)

    pulumi_policy.policy._PolicyAnalyzerServicer = make  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001
