"""Tasks and services of Amazon ECS: confined, of known images, spread, deployed without a gap."""

from collections.abc import Callable, Collection

from policies.containers import containers, log_group
from policies.documents import Statement, statements
from policies.principals import SECOND
from policies.properties import Record, fits_any
from policies.resources import Resource, Stack, aws_region
from policies.rulebook import Findings, rule, stack_rule
from policies.rules.aws.keys import is_under_shared_key
from policies.rules.aws.network import GROUP
from policies.rules.aws.role_policies import AGENT
from policies.rules.aws.trust import ROLE, ROLE_POLICY
from policies.rules.aws.zones import SERVICE, SUBNET, TARGET, ZONES, scaling_of, stands_ready
from policies.tables import jurisdictions

CLUSTER = "aws:ecs/cluster:Cluster"
TASK = "aws:ecs/taskDefinition:TaskDefinition"
SCALING = "aws:appautoscaling/policy:Policy"
REPOSITORY = "aws:ecr/repository:Repository"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105  # a type's name
NAMESPACE = "aws:servicediscovery/httpNamespace:HttpNamespace"
AUTHORITY = "aws:acmpca/certificateAuthorityCertificate:CertificateAuthorityCertificate"

_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
"""What it takes to pull an image."""

_BUSIEST = 66
"""Percent of its processors' time at which a service of three zones has to grow: the loss of one takes a third."""

_SOON = 300
"""Seconds: what Application Auto Scaling itself waits for ECS between two steps."""

_LONGEST_GRACE = 300
"""Seconds in which a new task answers, or never will."""


@rule(TASK)
def task_shares_no_machine(task: Resource) -> Findings:
    """On Fargate each task has a kernel of its own; on a shared machine one that is taken over reaches the others."""
    if list(task.get("requires_compatibilities", [])) != ["FARGATE"]:
        yield "the task may run on a shared machine: set requires_compatibilities to FARGATE alone"
    if task.get("network_mode", "bridge") != "awsvpc":
        yield "the task has no network interface, and so no security group, of its own: set network_mode to awsvpc"
    for name in ("pid_mode", "ipc_mode", "proxy_configuration"):
        if task.get(name, None) is not None:
            yield f"the task's containers reach into each other: remove {name}"
    if task.get("enable_fault_injection", False):
        yield "the task's network can be disturbed from within: remove enable_fault_injection"
    for volume in task.get("volumes", []):
        if set(volume.names()) - {"name", "configureAtLaunch"} or volume.get("configure_at_launch", False):
            yield "a volume outlives the task, where no rule judges it: declare volumes by name alone"


@rule(TASK)
def task_is_confined(task: Resource) -> Findings:
    """Whoever breaks into a container gets what it has: as root, or on files it can change, he stays and goes on."""
    for container in containers(task):
        yield (f"the container {container.name} {opening}" for opening in container.openings())
        if container.takes_variables_from_a_file:
            yield f"the container {container.name} is told what lies in a bucket: remove environmentFiles"


@stack_rule(TASK)
def task_runs_known_image(task: Resource, stack: Stack) -> Findings:
    """Whoever can move a tag, or a foreign registry, decides what runs with the service's rights."""
    for container in containers(task):
        repository = container.repository
        if repository is None:
            yield (f"another image can take the place of the container {container.name}'s: set image to NAME@DIGEST")
        elif not stack.meant(
            task, "container_definitions", [REPOSITORY], "repository_url", read=lambda r=repository: r
        ):
            yield (
                f"the image of the container {container.name} is from elsewhere: set image to one that this stack keeps"
            )
        if container.takes_foreign_credentials:
            yield f"the container {container.name} takes an image that wants a password: remove repositoryCredentials"


@stack_rule(TASK)
def task_says_and_knows_in_this_stack(task: Resource, stack: Stack) -> Findings:
    """What a container says must be kept where it can be searched; what it is told must be a secret that changes."""
    for container in containers(task):
        group = container.log_group(aws_region(task))
        if not stack.meant(task, "container_definitions", [LOG_GROUP], "name", read=lambda g=group: g):
            yield (
                f"what the container {container.name} says is not kept: set its logConfiguration to awslogs, with a "
                "log group of this stack"
            )
        for source in container.sources_of_secrets():
            if not stack.meant(task, "container_definitions", [SECRET], "arn", "id", read=lambda s=source: s):
                yield (
                    f"a secret of the container {container.name} is not of this stack: set its valueFrom in secrets to "
                    "one that is"
                )


@stack_rule(TASK)
def task_calls_no_stand_in(task: Resource, stack: Stack) -> Findings:
    """By a variable that the SDK obeys, what a service sends goes to a stranger's address, or a stranger signs for it.

    The code of the service shows nothing of it (policies/variables.toml).
    """
    regions = jurisdictions().regions("aws", stack.jurisdiction)
    for container in containers(task):
        for name, consequence in container.diversions(regions):
            yield f"the container {container.name} is told {name}, so that {consequence}: remove it"


@stack_rule(SECRET)
def secret_is_told_to_a_container(secret: Resource, stack: Stack) -> Findings:
    """A secret that no container is told as a secret is told in another way, or kept and rotated for nobody."""
    if not fits_any(stack.of_type(TASK), lambda task: secret in _told_to(task, stack)):
        yield "no container is told the secret: name it in secrets of container_definitions, or remove it"


def _told_to(task: Resource, stack: Stack) -> list[Resource]:
    def sources() -> list[str]:
        return [source for container in containers(task) for source in container.sources_of_secrets()]

    return stack.meant(task, "container_definitions", [SECRET], "arn", "id", read=sources)


@rule(TASK)
def task_works_on_own_account(task: Resource) -> Findings:
    """A queue, a table or a role of another account would get what customers sent, if ever a policy let it."""
    for container in containers(task):
        for name, arn in container.arns_in_environment():
            if arn.split(":")[4:5] not in [[account] for account in ("", *task.allowed_accounts)]:
                yield (
                    f"the container {container.name} is told by {name} of another account: set its value in "
                    "environment to what is of this one"
                )


@rule(TASK)
def task_has_roles_of_its_own(task: Resource) -> Findings:
    """What a task needs to be started, such as its secrets, is more than what its code should get at."""
    if task.execution_role_arn == task.task_role_arn:
        yield "the task may do what is needed to start it: give execution_role_arn a role of its own"


@stack_rule(SERVICE)
def service_stands_in_this_stack(service: Resource, stack: Stack) -> Findings:
    """A group or a subnet of somebody else's decides who reaches the tasks, and may decide otherwise any day."""
    for name, kind in (("security_groups", GROUP), ("subnets", SUBNET)):
        yield _are_of_stack(service, name, kind, stack)


def _are_of_stack(service: Resource, name: str, kind: str, stack: Stack) -> Findings:
    for number, each in service.network_configuration.numbered(name):
        if not stack.meant(service, "network_configuration", [kind], "id", read=lambda one=each: str(one)):
            yield f"network_configuration.{name}[{number}] is not of this stack and region: name one that is"


@stack_rule(TASK)
def task_runs_the_image_of_its_service(task: Resource, stack: Stack) -> Findings:
    """With another service's image that one's code has this one's rights, such as to say of whom a session is.

    What starts the task can't so much as pull another.
    """
    yield _pulls_no_other(task, stack)
    for container in containers(task):
        repository = container.repository
        for each in stack.meant(
            task, "container_definitions", [REPOSITORY], "repository_url", read=lambda r=repository: r
        ):
            if each.resource_name.removesuffix(SECOND) != task.resource_name.removesuffix(SECOND):
                yield f"the container {container.name} runs {each.resource_name}: set image to the service's own"


def _pulls_no_other(task: Resource, stack: Stack) -> Findings:
    service = task.resource_name.removesuffix(SECOND)
    own = {
        f"repository/{repository.name}"
        for repository in stack.of_type(REPOSITORY)
        if repository.resource_name.removesuffix(SECOND) == service
    }
    for role in stack.meant(task, "execution_role_arn", [ROLE], "arn"):
        for policy in stack.referring("role", role, (ROLE_POLICY,), "name", "id"):
            for statement in statements(policy.document("policy")):
                if statement.is_allow and any(map(statement.acts_on, _PULL)) and not _is_of(own, statement):
                    yield (
                        f"the policy {policy.resource_name} pulls other services' images: name the repository of "
                        f"{service} alone in Resource"
                    )


def _is_of(repositories: Collection[str], statement: Statement) -> bool:
    """Whether a statement is about these repositories alone, as far as it is about any; the agent's is everybody's."""
    arns = [each.split(":", 5) for each in statement.resources() if each != AGENT]
    return not statement.leaves_out and all(
        parts[2:3] not in ([], ["ecr"]) or parts[-1] in repositories for parts in arns
    )


@stack_rule(SERVICE)
def service_wears_its_own_group(service: Resource, stack: Stack) -> Findings:
    """The group says who may call the tasks and whom they may: in another's they are let in where that one is."""
    groups = stack.meant(
        service,
        "network_configuration",
        [GROUP],
        "id",
        read=lambda: [str(each) for each in service.network_configuration.get("security_groups", [])],
    )
    for group in groups:
        if group.resource_name != service.resource_name:
            yield f"its tasks wear the group {group.resource_name}: set security_groups to that of the service itself"


@rule(SERVICE)
def service_is_called_by_its_own_name(service: Resource) -> Findings:
    """Who is found under another service's name gets what was meant for that one, a tenant's token among it."""
    own = service.resource_name.removesuffix(SECOND)
    servers = service.part("service_connect_configuration")
    for number, server in servers.numbered("services"):
        names = [server.get("discovery_name", own)]
        names += [alias.get("dns_name", own) for _, alias in server.numbered("client_alias")]
        if any(name != own for name in names):
            yield (
                f"service_connect_configuration.services[{number}] answers to another's name: set discovery_name and "
                f"dns_name to {own}"
            )


@stack_rule(SERVICE)
def service_is_reached_at_its_ports_only(service: Resource, stack: Stack) -> Findings:
    """A port that neither the load balancer nor the mesh leads to answers in clear, past both, or answers nobody."""
    connection = service.get("service_connect_configuration", None)
    called = set() if connection is None else {str(server.port_name) for server in connection.get("services", [])}
    balanced = {
        (str(each.container_name), each.container_port)
        for each in service.get("load_balancers", [])
        if each.get("target_group_arn", None)
    }
    for task in stack.meant(service, "task_definition", [TASK], "arn", "arn_without_revision", "family"):
        ports = [(container.name, *port) for container in containers(task) for port in container.ports()]
        for container, name, number in ports:
            if name not in called and (container, number) not in balanced:
                yield (
                    f"port {number} of {container} is neither the load balancer's nor the mesh's: name it in "
                    "load_balancers or service_connect_configuration.services, or remove it"
                )
        if not called <= {name for _, name, _ in ports}:
            yield "service_connect_configuration.services names a port that no container has: correct port_name"
        if not balanced <= {(container, number) for container, _, number in ports}:
            yield "load_balancers names a port that no container has: correct container_name and container_port"


@stack_rule(SERVICE)
def service_notices_tasks_that_hang(service: Resource, stack: Stack) -> Findings:
    """A task that hangs counts as well as long as its process lives, unless something asks it."""
    balanced = {str(each.container_name) for each in service.get("load_balancers", [])}
    for task in stack.meant(service, "task_definition", [TASK], "arn", "arn_without_revision", "family"):
        for container in containers(task):
            if container.name not in balanced and not container.is_asked_how_it_is:
                yield f"nothing asks whether {container.name} does its work: set its healthCheck, with a CMD"


@rule(SERVICE)
def service_opens_no_shell(service: Resource) -> Findings:
    """A shell in a running task is a way to customers' data past every log of what is read."""
    if service.get("enable_execute_command", False):
        yield "people can open a shell in the tasks: set enable_execute_command=False"


@rule(SERVICE)
def service_is_deployed_without_a_gap(service: Resource) -> Findings:
    """A deployment that takes tasks away before others answer, or goes on though they fail, is an outage by itself."""
    if service.get("deployment_minimum_healthy_percent", 100) < 100:
        yield "a deployment takes tasks away first: set deployment_minimum_healthy_percent to 100"
    if service.get("deployment_maximum_percent", 200) < 134:
        yield "a deployment of three tasks has room for no other: set deployment_maximum_percent to 200"
    breaker = service.get("deployment_circuit_breaker", None)
    if breaker is None or not (breaker.get("enable", False) and breaker.get("rollback", False)):
        yield "a deployment goes on though its tasks fail: set deployment_circuit_breaker to enable and roll back"
    if service.get("health_check_grace_period_seconds", 0) > _LONGEST_GRACE:
        yield f"who fails is left alone: set health_check_grace_period_seconds to {_LONGEST_GRACE} at most"
    controller = service.get("deployment_controller", None)
    if controller is not None and controller.get("type", "ECS") != "ECS":
        yield "something else than ECS deploys, which these rules don't judge: remove deployment_controller"
    if service.get("availability_zone_rebalancing", "DISABLED") != "ENABLED":
        yield "tasks stay where a failure left them: set availability_zone_rebalancing to ENABLED"


@rule(SERVICE)
def service_runs_on_fargate(service: Resource) -> Findings:
    """On Fargate AWS looks after the machines and patches them; nobody does after a pinned platform or a spot."""
    if service.get("launch_type", "EC2") != "FARGATE" or len(service.get("capacity_provider_strategies", [])) > 0:
        yield "the service runs on machines of ours, or while others don't pay more: set launch_type to FARGATE"
    if service.get("platform_version", "LATEST") != "LATEST":
        yield "the service stays on an old platform: remove platform_version"
    if len(service.network_configuration.get("security_groups", [])) == 0:
        yield "the tasks wear the network's default group: set network_configuration.security_groups"


@stack_rule(SERVICE)
def service_is_called_under_tls(service: Resource, stack: Stack) -> Findings:
    """Services call each other across machines and zones; in clear, customers' data could be read there."""
    connection = service.get("service_connect_configuration", None)
    if connection is None:
        yield "the service calls others, and is called, past the proxies: set service_connect_configuration"
        return
    if not connection.get("enabled", False):
        yield "calls go past the proxies and their TLS: set service_connect_configuration.enabled=True"
    if not stack.meant(
        service, "service_connect_configuration", [NAMESPACE], "arn", read=lambda: connection.get("namespace", None)
    ):
        yield "services are looked up elsewhere: set service_connect_configuration.namespace to one of this stack"
    group = log_group(connection.get("log_configuration", None), aws_region(service))
    if not stack.meant(service, "service_connect_configuration", [LOG_GROUP], "name", read=lambda: group):
        yield "what the proxies say is not kept: set service_connect_configuration.log_configuration to awslogs"
    for number, server in connection.numbered("services"):
        yield _is_under_tls(service, server, f"service_connect_configuration.services[{number}]", stack)


def _is_under_tls(service: Resource, server: Record, place: str, stack: Stack) -> Findings:
    tls = server.get("tls", None)
    if tls is None:
        yield f"{place} is called in clear: set tls"
        return

    def means(kind: str, identifier: str, read: Callable[[], str | None]) -> bool:
        return bool(stack.meant(service, "service_connect_configuration", [kind], identifier, read=read))

    def authority() -> str:
        return tls.issuer_cert_authority.aws_pca_authority_arn

    # One whose own certificate is installed: no other issues any.
    if not means(AUTHORITY, "certificate_authority_arn", authority):
        yield f"{place}.tls has certificates of an authority that is not of this stack: name one that is"
    if not is_under_shared_key(service, "service_connect_configuration", stack, read=lambda: tls.get("kms_key", None)):
        yield f"{place}.tls keeps its private keys under a key that is not the platform's: set kms_key"
    if not means(ROLE, "arn", lambda: tls.get("role_arn", None)):
        yield f"{place}.tls is managed by a role that is not of this stack: set role_arn"


@rule(CLUSTER)
def cluster_is_measured(cluster: Resource) -> Findings:
    """Without measures of its tasks nobody sees that one runs wild, dies again and again, or was never there."""
    measures = ("enabled", "enhanced")
    settings = cluster.get("settings", [])
    if not any(setting.name == "containerInsights" and setting.value in measures for setting in settings):
        yield "what the tasks do is not measured: set containerInsights to enhanced"
    if cluster.get("configuration", None) is not None:
        yield "the cluster is set up for shells or storage of its own: remove configuration"


@stack_rule(CLUSTER)
def cluster_measures_are_encrypted(cluster: Resource, stack: Stack) -> Findings:
    """Container Insights makes a log group without our key, kept for a day or for ever, where there is none yet."""
    wanted = f"/aws/ecs/containerinsights/{cluster.name}/performance"
    if not stack.meant(cluster, "settings", [LOG_GROUP], "name", read=lambda: wanted):
        yield f"Container Insights makes its own log group, without our key: add an aws.cloudwatch.LogGroup {wanted}"


@stack_rule(SERVICE)
def service_grows_with_its_load(service: Resource, stack: Stack) -> Findings:
    """A service of fixed size is down when more comes in than it can take, be it customers or an attack."""
    targets, policies = (scaling_of(service, kind, stack) for kind in (TARGET, SCALING))
    if not targets or not policies:
        yield "the service doesn't grow: add an aws.appautoscaling.Target and a Policy for it"
    for target in targets:
        yield _leaves_a_task_a_zone(target, service, stack)
    for policy in policies:
        yield _grows_in_time(policy)


def _leaves_a_task_a_zone(target: Resource, service: Resource, stack: Stack) -> Findings:
    least, most = target.min_capacity, target.max_capacity
    if target.scalable_dimension != "ecs:service:DesiredCount" or target.service_namespace != "ecs":
        yield f"{target.resource_name} scales something else than the number of tasks: set scalable_dimension to it"
    if stands_ready(service, stack):
        return
    if least < ZONES:
        yield f"{target.resource_name} may shrink the service to fewer tasks than zones: set min_capacity to 3"
    if most < 2 * least:
        yield f"{target.resource_name} leaves the service no room to grow: set max_capacity to twice min_capacity"


def _grows_in_time(policy: Resource) -> Findings:
    if policy.scalable_dimension != "ecs:service:DesiredCount" or policy.service_namespace != "ecs":
        yield f"{policy.resource_name} scales something else than the number of tasks: set scalable_dimension to it"
    if policy.get("policy_type", "StepScaling") != "TargetTrackingScaling":
        yield f"{policy.resource_name} follows no measure: set policy_type to TargetTrackingScaling"
        return
    tracking = policy.target_tracking_scaling_policy_configuration
    measure = tracking.get("predefined_metric_specification", None)
    if measure is None or measure.predefined_metric_type != "ECSServiceAverageCPUUtilization":
        yield f"{policy.resource_name} follows something else than the processors' time: set predefined_metric_type"
    elif not 0 < tracking.target_value <= _BUSIEST:
        yield (
            f"{policy.resource_name} lets the service be so busy that the loss of a zone overloads it: "
            f"set target_value to at most {_BUSIEST}"
        )
    if tracking.get("scale_out_cooldown", 0) > _SOON:
        yield f"{policy.resource_name} waits while customers do: set scale_out_cooldown to at most {_SOON} seconds"
