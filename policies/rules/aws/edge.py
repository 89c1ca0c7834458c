"""The edge on AWS: load balancers, what they answer to, certificates, names and zones."""

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from policies.principals import SECOND
from policies.resources import Resource, Stack, aws_region
from policies.rulebook import Findings, not_applicable, rule, stack_rule
from policies.rules.aws.network import EDGE
from policies.rules.aws.subnets import LOAD_BALANCERS
from policies.rules.aws.zones import ZONES, runs_tasks
from policies.tables import paths, tls_setting

LISTENERS = ("aws:lb/listener:Listener", "aws:alb/listener:Listener")
LISTENER_RULES = ("aws:lb/listenerRule:ListenerRule",)
TARGET_GROUPS = ("aws:lb/targetGroup:TargetGroup", "aws:alb/targetGroup:TargetGroup")
BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
SUBNET = "aws:ec2/subnet:Subnet"
CERTIFICATE = "aws:acm/certificate:Certificate"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
RECORD = "aws:route53/record:Record"
HEALTH_CHECK = "aws:route53/healthCheck:HealthCheck"
SERVICE = "aws:ecs/service:Service"
ZONAL_SHIFT = "aws:arczonalshift/zonalAutoshiftConfiguration:ZonalAutoshiftConfiguration"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"

_HEALTHY = ("AWS/ApplicationELB", "HealthyHostCount")
"""The metric of the tasks that a load balancer finds healthy."""

_MAX_AGE = re.compile(r"max-age=(\d+)")
_YEAR = 31_536_000
_SOON = 300
"""Seconds."""


@rule(*LOAD_BALANCERS)
def load_balancer_refuses_what_is_malformed(balancer: Resource) -> Findings:
    """A request that load balancer and service read differently smuggles a second one past the firewall."""
    if balancer.get("load_balancer_type", "application") != "application":
        yield "the load balancer reads no requests, and has no firewall: set load_balancer_type to application"
    if not balancer.get("drop_invalid_header_fields", False):
        yield "malformed headers go on to the services: set drop_invalid_header_fields=True"
    if balancer.get("desync_mitigation_mode", "defensive") != "strictest":
        yield "requests that can be read in two ways go on to the services: set desync_mitigation_mode to strictest"
    if balancer.get("enable_waf_fail_open", False):
        yield "requests pass when the web firewall doesn't answer: set enable_waf_fail_open=False"
    if balancer.get("xff_header_processing_mode", "append") != "append":
        yield "a client says itself from where it comes: remove xff_header_processing_mode"
    if balancer.get("preserve_host_header", False):
        yield "services take the name that the client gives: remove preserve_host_header"
    if balancer.get("ip_address_type", "ipv4") != "ipv4":
        yield "the load balancer has IPv6 addresses, which no group here is for: set ip_address_type to ipv4"


@rule(*LOAD_BALANCERS)
def load_balancer_leaves_lost_zones(balancer: Resource) -> Findings:
    """A load balancer that goes on sending customers to a zone that fails takes the portal down for a part of them."""
    if not balancer.get("enable_zonal_shift", False):
        yield "customers can't be taken away from a zone that fails: set enable_zonal_shift=True"


@stack_rule(*LOAD_BALANCERS)
def load_balancer_cannot_be_deleted(balancer: Resource, stack: Stack) -> Findings:
    """Whoever deletes the edge, by mistake or not, takes the service away from every customer."""
    if stack.hosts_nobody():
        not_applicable("no customer is left")
    if not balancer.get("enable_deletion_protection", False):
        yield "the load balancer can be deleted: set enable_deletion_protection=True"


@stack_rule(*LOAD_BALANCERS)
def load_balancer_logs_stay_in_this_stack(balancer: Resource, stack: Stack) -> Findings:
    """What came to the edge, and what didn't get past its TLS, must be on record where nobody else can change it."""
    for name in ("access_logs", "connection_logs"):
        logs = balancer.get(name, None)
        if logs is None or not logs.get("enabled", False):
            yield f"{name} are not kept: set {name} with enabled=True"
        elif not stack.meant(balancer, name, [*BUCKETS, _BUCKET_POLICY], "bucket", read=lambda one=logs: one.bucket):
            yield f"{name} go to a bucket that is not of this stack: name one that is"


_BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"


@rule(*LISTENERS)
def listener_answers_with_strict_headers(listener: Resource) -> Findings:
    """What a browser isn't told to refuse it does: go on without TLS, run what it takes for a script, be framed."""
    header = str(listener.get("routing_http_response_strict_transport_security_header_value", "")).lower()
    directives = {directive.strip() for directive in header.split(";")}
    ages = [int(age[1]) for each in directives if (age := _MAX_AGE.fullmatch(each))]
    if not ages or min(ages) < _YEAR or "includesubdomains" not in directives:
        yield (
            "browsers may come without TLS: set routing_http_response_strict_transport_security_header_value to a "
            "max-age of a year at least with includeSubDomains"
        )
    if listener.get("routing_http_response_x_content_type_options_header_value", None) != "nosniff":
        yield "browsers guess scripts: set routing_http_response_x_content_type_options_header_value to nosniff"
    if listener.get("routing_http_response_x_frame_options_header_value", None) != "DENY":
        yield "others can put the portal into a page: set routing_http_response_x_frame_options_header_value to DENY"
    if listener.get("routing_http_response_server_enabled", True):
        yield "the answer says what it comes from: set routing_http_response_server_enabled=False"
    if listener.get("routing_http_response_access_control_allow_origin_header_value", None) is not None:
        yield "pages of others read answers: remove routing_http_response_access_control_allow_origin_header_value"


@rule(*LISTENERS)
def listener_forwards_by_rule_only(listener: Resource) -> Findings:
    """Who asks for another name than the portal's, such as a bare address, is looking for a way in."""
    if listener.get("port", None) != 443:
        yield "the listener stands on another port: set port to 443"
    if len(listener.get("default_actions", [])) == 0:
        yield "it isn't said what becomes of who asks for no name of ours: set default_actions to a fixed 404"
    for number, action in listener.numbered("default_actions"):
        answer = action.get("fixed_response", None)
        if action.type != "fixed-response" or answer is None or not str(answer.status_code).startswith("4"):
            yield f"default_actions[{number}] lets through who asks for no name of ours: answer with a fixed 404"


@stack_rule(*LISTENER_RULES)
def listener_rule_is_for_own_name(entry: Resource, stack: Stack) -> Findings:
    """A rule without the host's name serves whoever points a name of his own here, and takes his word for who he is."""
    hosts = [
        host
        for condition in entry.conditions
        if (header := condition.get("host_header", None)) is not None
        for host in header.get("values", [])
    ]
    own = {
        certificate.domain_name
        for certificate in stack.of_type(CERTIFICATE)
        if certificate.get("region", None) == entry.get("region", None)
    }
    if not hosts or not set(hosts) <= own:
        yield "the rule is for any name: add a condition host_header with the certificate's domain name"
    for number, action in entry.numbered("actions"):
        if action.type != "forward":
            yield f"actions[{number}] does something else than forward to a service: set type to forward"
        elif not stack.meant(
            entry, "actions", TARGET_GROUPS, "arn", read=lambda one=action: one.get("target_group_arn", None)
        ):
            yield f"actions[{number}] forwards elsewhere: set target_group_arn to a target group of this stack"


@rule(*TARGET_GROUPS)
def targets_are_asked_how_they_are(group: Resource) -> Findings:
    """A target that is never asked goes on getting requests when it is gone; asked in clear, it answers in clear."""
    check = group.get("health_check", None)
    if check is None or not check.get("enabled", True):
        yield "targets are never asked how they are: set health_check"
    elif check.get("protocol", "HTTP") != "HTTPS":
        yield "targets are asked in clear: set health_check.protocol to HTTPS"
    elif check.get("port", "traffic-port") != "traffic-port" or check.get("matcher", "200") != "200":
        yield "what is asked isn't what serves: set health_check.port to traffic-port and matcher to 200"
    if group.get("target_type", "instance") != "ip":
        yield "targets are machines or functions, not tasks with a group of their own: set target_type to ip"


@stack_rule(*TARGET_GROUPS)
def targets_are_forwarded_to_and_serve(group: Resource, stack: Stack) -> Findings:
    """Customers get to a service by a rule of the listener and a target group with its tasks, or not at all."""
    if not any(group in _targets(entry, stack) for entry in stack.of_type(*LISTENER_RULES)):
        yield "no rule of a listener forwards to the targets: add an aws.lb.ListenerRule, or remove the group"
    if not any(group in _registered_in(service, stack) for service in stack.of_type(SERVICE)):
        yield "no service has its tasks among the targets: set load_balancers of one, or remove the group"


@stack_rule(*LISTENER_RULES)
def listener_rule_takes_its_services_paths_only(entry: Resource, stack: Stack) -> Findings:
    """A rule that takes another service's paths brings what customers meant for that one to who needn't know of it.

    Which paths are whose says paths.toml. Of several rules that fit the first one counts.
    """
    taken = _paths(entry)
    for service in stack.of_type(SERVICE):
        if any(group in _targets(entry, stack) for group in _registered_in(service, stack)):
            declared = paths().aws.get(service.resource_name.removesuffix(SECOND), frozenset[str]())
            if not declared.issuperset(taken):
                wanted = " and ".join(sorted(declared)) or "none"
                yield f"{service.resource_name} takes what is another's: set path_pattern to {wanted} (paths.toml)"
    listeners = _listeners(entry, stack)
    for other in stack.of_type(*LISTENER_RULES):
        if other.urn == entry.urn or _listeners(other, stack) != listeners or other.priority < entry.priority:
            continue
        if any(fnmatchcase(path, pattern) for path in _paths(other) for pattern in taken):
            yield f"{other.resource_name} gets nothing of its paths: set priority to more than that rule's"


def _paths(entry: Resource) -> list[str]:
    """The patterns of paths that a rule of a listener takes."""
    patterns = [
        str(path)
        for condition in entry.get("conditions", [])
        for path in condition.part("path_pattern").get("values", [])
    ]
    return patterns or ["*"]


def _listeners(entry: Resource, stack: Stack) -> set[str]:
    return {each.urn for each in stack.meant(entry, "listener_arn", LISTENERS, "arn")}


def _targets(entry: Resource, stack: Stack) -> list[Resource]:
    """The target groups to which a rule of a listener forwards."""

    def arns() -> list[str]:
        return [arn for action in entry.actions if (arn := action.get("target_group_arn", None))]

    return stack.meant(entry, "actions", TARGET_GROUPS, "arn", read=arns)


def _registered_in(service: Resource, stack: Stack) -> list[Resource]:
    """The target groups in which a service registers its tasks."""

    def arns() -> list[str]:
        return [arn for each in service.get("load_balancers", []) if (arn := each.get("target_group_arn", None))]

    return stack.meant(service, "load_balancers", TARGET_GROUPS, "arn", read=arns)


@rule(CERTIFICATE)
def certificate_is_issued_and_renewed(certificate: Resource) -> Findings:
    """A certificate whose key somebody has seen, or that nobody renews, speaks for the portal where it shouldn't."""
    if certificate.get("private_key", None) is not None or certificate.get("certificate_body", None) is not None:
        yield (
            "the certificate is brought along, key and all, and never renewed: remove private_key, and let ACM issue it"
        )
    if certificate.get("validation_method", None) != "DNS":
        yield "whoever reads the domain's mail can have it renewed, or nobody does: set validation_method to DNS"
    if certificate.get("key_algorithm", "RSA_2048") not in tls_setting("aws-certificate").accepted:
        yield "the certificate's key is weak: set key_algorithm to EC_prime256v1"
    if any(str(name).startswith("*") for name in [certificate.domain_name, *_alternatives(certificate)]):
        yield (
            "the certificate speaks for every name below a domain: set domain_name and subject_alternative_names to "
            "those that are served"
        )
    options = certificate.get("options", None)
    if options is not None and options.get("certificate_transparency_logging_preference", "ENABLED") != "ENABLED":
        yield "nobody can see that the certificate was issued: remove options"
    if options is not None and options.get("export", "DISABLED") != "DISABLED":
        yield "the certificate's key can be taken out of ACM: remove options.export"
    if certificate.get("certificate_authority_arn", None) is not None:
        yield "browsers don't trust the certificate: remove certificate_authority_arn"


def _alternatives(certificate: Resource) -> Iterable[str]:
    return certificate.get("subject_alternative_names", [])


@stack_rule(RECORD)
def record_points_into_this_stack(record: Resource, stack: Stack) -> Findings:
    """A name that points elsewhere, or to what is gone, is one whose customers somebody else can receive."""
    yield _stands_in_own_zone(record, stack)
    aliases = list(record.get("aliases", []))
    if not aliases:
        yield _proves_a_certificate(record, stack)
        return
    for number, alias in enumerate(aliases):
        if not stack.meant(record, "aliases", LOAD_BALANCERS, "dns_name", read=lambda one=alias: one.name):
            yield f"aliases[{number}] is no load balancer of this stack: point it at one"
        if not alias.get("evaluate_target_health", False):
            yield f"aliases[{number}] leads to a region that fails: set evaluate_target_health=True"
    if record.type != "A":
        yield "customers who ask for the name's address get none: set type to A"
    if record.name not in {certificate.domain_name for certificate in stack.of_type(CERTIFICATE)}:
        yield "no certificate of this stack is for the name: set name to the portal's"


def _stands_in_own_zone(record: Resource, stack: Stack) -> Findings:
    if record.get("zone_id", None) != stack.hosted_zone_id:
        yield "the record stands where nobody looks for it, or in a stranger's zone: set zone_id to the stack's"


def _proves_a_certificate(record: Resource, stack: Stack) -> Findings:
    """Whoever is let prove that our name is his gets a certificate for it (ACM User Guide, "DNS validation")."""
    wrong = "the record is neither a load balancer's nor the proof that a certificate of this stack asks for"
    if CERTIFICATE not in {source.resource_type for source in stack.sources(record, "records")}:
        yield f"{wrong}: set aliases to a load balancer"
        return
    said = (_bare(record.name), record.type, tuple(map(_bare, record.get("records", []))))
    if said not in {proof for certificate in stack.of_type(CERTIFICATE) for proof in _proofs(certificate)}:
        yield f"{wrong}: take name, type and record from its domain_validation_options"


def _proofs(certificate: Resource) -> Iterable[tuple[str, str, tuple[str, ...]]]:
    for option in certificate.domain_validation_options:
        name, value = _bare(option.resource_record_name), _bare(option.resource_record_value)
        yield name, option.resource_record_type, (value,)


def _bare(name: str) -> str:
    """A domain name without the dot at its end, which stands there or not."""
    return name.rstrip(".")


@stack_rule(RECORD)
def record_fails_over(record: Resource, stack: Stack) -> Findings:
    """Customers go on being sent to a region that is lost unless the name has a second answer and a check."""
    if len(record.get("aliases", [])) == 0:
        not_applicable("the record is no name that customers use")
    policies = [policy.type for policy in record.get("failover_routing_policies", [])]
    twins = [each for each in _of_same_name(record, stack) if each.urn != record.urn]
    if not policies and not twins:
        not_applicable("the name has one answer")
    theirs = [policy.type for each in twins for policy in each.get("failover_routing_policies", [])]
    if policies not in (["PRIMARY"], ["SECONDARY"]) or not record.get("set_identifier", None):
        yield "the name has several answers and no order: set failover_routing_policies and set_identifier"
    elif policies == ["SECONDARY"]:
        if "PRIMARY" not in theirs:
            yield "there is no first answer: add a record with failover_routing_policies PRIMARY"
    else:
        if not stack.meant(record, "health_check_id", [HEALTH_CHECK], "id"):
            yield "nothing says that the first region is lost: set health_check_id"
        if "SECONDARY" not in theirs:
            yield "there is no second answer: add a record with failover_routing_policies SECONDARY"


def _of_same_name(record: Resource, stack: Stack) -> list[Resource]:
    return [each for each in stack.of_type(RECORD) if len(each.get("aliases", [])) > 0 and each.name == record.name]


@stack_rule(HEALTH_CHECK)
def health_check_looks_where_its_alarm_is(check: Resource, stack: Stack) -> Findings:
    """A check that looks for its alarm in another region finds none, and says nothing of the one that is lost."""
    regions = {aws_region(each) for each in stack.meant(check, "cloudwatch_alarm_name", [ALARM], "name")}
    if regions and check.get("cloudwatch_alarm_region", None) not in regions:
        yield "the check looks for its alarm in another region: set cloudwatch_alarm_region to the alarm's"


@rule(HEALTH_CHECK)
def health_check_tells_the_worst(check: Resource) -> Findings:
    """A check that takes silence for health, or that is turned round, keeps customers where nobody serves them."""
    if check.type != "CLOUDWATCH_METRIC":
        yield "Route 53's own checkers don't speak the load balancer's TLS: set type to CLOUDWATCH_METRIC"
    if check.get("insufficient_data_health_status", "LastKnownStatus") != "Unhealthy":
        yield "a region that says nothing counts as healthy: set insufficient_data_health_status to Unhealthy"
    if check.get("disabled", False) or check.get("invert_healthcheck", False):
        yield "the check is off, or says the opposite: remove disabled and invert_healthcheck"


@stack_rule(ZONAL_SHIFT)
def zonal_shift_is_on(shift: Resource, stack: Stack) -> Findings:
    """AWS takes customers away from a zone that it sees failing, and tries regularly whether two zones are enough."""
    if shift.zonal_autoshift_status != "ENABLED":
        yield "customers stay in a zone that fails: set zonal_autoshift_status to ENABLED"
    alarms = list(shift.get("outcome_alarms", []))
    if not alarms:
        yield "nothing ends a try that goes wrong: set outcome_alarms"
    for number, alarm in enumerate(alarms):
        if alarm.type != "CLOUDWATCH" or not stack.meant(
            shift, "outcome_alarms", [ALARM], "arn", read=lambda one=alarm: one.alarm_identifier
        ):
            yield f"outcome_alarms[{number}] is no alarm of this stack: name one that is"


@stack_rule(*LOAD_BALANCERS)
def edge_has_a_name(balancer: Resource, stack: Stack) -> Findings:
    """Customers know the portal's name, not the load balancer's: where no record leads to it, it serves nobody."""
    if EDGE not in balancer.urn:
        not_applicable("the load balancer is not the edge")
    if not any(balancer in _aliased(record, stack) for record in stack.of_type(RECORD)):
        yield "no name leads to the load balancer: add an aws.route53.Record with an alias of it"


def _aliased(record: Resource, stack: Stack) -> list[Resource]:
    def names() -> list[str]:
        return [alias.name for alias in record.get("aliases", [])]

    return stack.meant(record, "aliases", LOAD_BALANCERS, "dns_name", read=names)


@stack_rule(*LOAD_BALANCERS)
def edge_is_watched(balancer: Resource, stack: Stack) -> Findings:
    """Where nobody is told that no task answers, customers tell."""
    if EDGE not in balancer.urn:
        not_applicable("the load balancer is not the edge")
    if not _serves(balancer, stack):
        not_applicable("no task serves customers in the region")
    if not any(
        balancer in stack.meant(each, "resource_arn", LOAD_BALANCERS, "arn") for each in stack.of_type(ZONAL_SHIFT)
    ):
        yield "customers stay in a zone that fails: add an aws.arczonalshift.ZonalAutoshiftConfiguration"
    own = _zones_of(balancer, stack)
    for group in _forwarded_to(balancer, stack):
        watched = {
            alarm.dimensions.get("AvailabilityZone", None)
            for alarm in stack.of_type(ALARM)
            if _tells_of_no_task(alarm, group, balancer, stack)
        }
        if len(watched & own) < ZONES:
            yield (
                f"nobody is told when {group.resource_name} has no healthy task in a zone: add an "
                "aws.cloudwatch.MetricAlarm on HealthyHostCount for each zone, with treat_missing_data=breaching"
            )
            yield _silences(stack.of_type(ALARM))


def _zones_of(balancer: Resource, stack: Stack) -> set[object]:
    return {each.get("availability_zone", None) for each in stack.meant(balancer, "subnets", [SUBNET], "id")}


@stack_rule(HEALTH_CHECK)
def health_check_follows_tasks(check: Resource, stack: Stack) -> Findings:
    """A check by another number, or by one zone's, leaves customers in a lost region, or drives them out of a good one.

    With any statistic but `Maximum` an alarm tells of a single node of the load balancer, and so of a single zone.
    """
    alarms = stack.meant(check, "cloudwatch_alarm_name", [ALARM], "name")
    if not _tell_of_no_task(alarms, stack):
        yield (
            "the check doesn't go by the tasks that serve: name in cloudwatch_alarm_name an alarm on the Maximum of "
            "HealthyHostCount below 1 of a target group that the load balancer forwards to, without a zone, with "
            "treat_missing_data=breaching"
        )
        yield _silences(alarms)


@stack_rule(ZONAL_SHIFT)
def zonal_shift_follows_tasks(shift: Resource, stack: Stack) -> Findings:
    """A shift that is practised goes on while nobody is served, if what has to end it watches something else."""

    def named() -> list[str]:
        outcomes = shift.get("outcome_alarms", [])
        return [each.alarm_identifier for each in outcomes if each.get("type", "CLOUDWATCH") == "CLOUDWATCH"]

    alarms = stack.meant(shift, "outcome_alarms", [ALARM], "arn", read=named)
    if not _tell_of_no_task(alarms, stack):
        yield (
            "practice doesn't end when nobody is served: name in outcome_alarms an alarm on the Maximum of "
            "HealthyHostCount below 1 of a target group that the load balancer forwards to, without a zone, with "
            "treat_missing_data=breaching"
        )
        yield _silences(alarms)


def _tell_of_no_task(alarms: Sequence[Resource], stack: Stack) -> bool:
    """Whether one of the alarms tells that a group of a load balancer has no healthy task in the region."""
    return any(
        _tells_of_no_task(alarm, group, balancer, stack) and alarm.dimensions.get("AvailabilityZone", None) is None
        for alarm in alarms
        for balancer in stack.of_type(*LOAD_BALANCERS)
        for group in _forwarded_to(balancer, stack)
    )


def _serves(balancer: Resource, stack: Stack) -> bool:
    return any(
        service.get("region", None) == balancer.get("region", None) and runs_tasks(service, stack)
        for service in stack.of_type(SERVICE)
    )


def _tells_of_no_task(alarm: Resource, group: Resource, balancer: Resource, stack: Stack) -> bool:
    """Whether an alarm tells within minutes that a group has no healthy task, also when nothing is heard of any."""
    dimensions = alarm.get("dimensions", None)
    if dimensions is None or not _counts_healthy(alarm):
        return False
    named = (
        ("LoadBalancer", balancer, LOAD_BALANCERS),
        ("TargetGroup", group, TARGET_GROUPS),
    )
    return next(_silenced_by(alarm), None) is None and all(
        meant
        in stack.meant(alarm, "dimensions", types, "arn_suffix", read=lambda name=name: dimensions.get(name, None))
        for name, meant, types in named
    )


def _counts_healthy(alarm: Resource) -> bool:
    return (alarm.get("namespace", None), alarm.get("metric_name", None)) == _HEALTHY


def _silences(alarms: Sequence[Resource]) -> Findings:
    """What is wrong with the alarms that are there."""
    for alarm in alarms:
        if _counts_healthy(alarm):
            for mend in _silenced_by(alarm):
                yield f"the alarm {alarm.resource_name} doesn't tell at once that no task is healthy: set its {mend}"


def _silenced_by(alarm: Resource) -> Iterator[str]:
    """The properties by which an alarm doesn't tell that there is no healthy task, with what they have to be."""
    if alarm.comparison_operator != "LessThanThreshold":
        yield "comparison_operator to LessThanThreshold"
    # Higher, it would ring while all is well, and not once more when it isn't.
    if alarm.get("threshold", 0) != 1:
        yield "threshold to 1"
    if alarm.get("treat_missing_data", "missing") != "breaching":
        yield "treat_missing_data to breaching"
    if not 0 < alarm.get("period", 0) * alarm.evaluation_periods <= _SOON:
        yield f"period and evaluation_periods so that they come to {_SOON} seconds at most"
    # Any other tells of a single node of the load balancer, which may lie in a zone that is cut off.
    if alarm.get("statistic", None) != "Maximum":
        yield "statistic to Maximum"


def _forwarded_to(balancer: Resource, stack: Stack) -> list[Resource]:
    listeners = {
        each.urn
        for each in stack.of_type(*LISTENERS)
        if balancer in stack.meant(each, "load_balancer_arn", LOAD_BALANCERS, "arn")
    }
    return [
        group
        for entry in stack.of_type(*LISTENER_RULES)
        if any(each.urn in listeners for each in stack.meant(entry, "listener_arn", LISTENERS, "arn"))
        for group in _targets(entry, stack)
    ]
