"""Stands in for Pulumi's own Python language host, which no registry has: runs a program file as that host does.

The engine starts it with its own address last and reads the port from its first line. The program runs as `__main__` in
its own folder, which is the first entry of its path; that is what differs from the inline program.
"""

import os
import runpy
import subprocess
import sys
import threading
from concurrent import futures
from pathlib import Path

import grpc
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2, language_pb2_grpc


class LanguageHost(LanguageServer):
    """The SDK's server for inline programs, for a program in a file."""

    def __init__(self, engine_address):
        super().__init__(lambda: None)
        self.engine_address = engine_address

    def Handshake(self, request, context):  # noqa: ARG002, N802 - the protocol's
        return language_pb2.LanguageHandshakeResponse()

    def Run(self, request, context):  # noqa: N802 - the protocol's
        folder = Path(request.info.program_directory)
        os.chdir(folder)
        sys.path[0] = str(folder)
        self.program = lambda: runpy.run_path(str(folder / "__main__.py"), run_name="__main__")
        request.args.insert(0, self.engine_address)
        return super().Run(request, context)

    def RunPlugin(self, request, context):  # noqa: N802 - the protocol's
        """Runs the policy pack, which learns of stack, configuration and preview through the protocol alone."""
        pack = subprocess.Popen(
            [sys.executable, "-u", "-m", "pulumi.policy", *request.args, request.info.program_directory],
            cwd=request.pwd,
            env=dict(os.environ) | dict(entry.split("=", 1) for entry in request.env),
            stdout=subprocess.PIPE,
        )
        context.add_callback(pack.kill)
        for line in pack.stdout:
            yield language_pb2.RunPluginResponse(stdout=line)
        yield language_pb2.RunPluginResponse(exitcode=pack.wait())


if __name__ == "__main__":
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(sys.argv[-1]), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)  # noqa: T201 - the engine reads it
    threading.Event().wait()
