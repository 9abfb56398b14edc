"""Say plainly what this machine lacks before pip says it in a hundred lines of compiler output.

Kept to syntax that any Python 3 reads, so that an old one gets a sentence and no SyntaxError.
"""

import os
import shutil
import sys
import sysconfig


def missing():
    """Yield what is missing, each with what to do about it."""
    version = "%d.%d" % sys.version_info[:2]  # noqa: UP031  # an f-string is a SyntaxError on Python 3.5
    if sys.version_info < (3, 11):  # noqa: UP036  # an old Python is what this looks for
        yield (
            "Python 3.11 or later is needed, and " + sys.executable + " is " + version,
            "name another one: make PYTHON=python3.11 ...",
        )
        return
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        yield (
            "this Python cannot make virtual environments",
            "install them: apt-get install python" + version + "-venv",
        )
    # durable-rules has no wheels; it is installed, so compiled, where pyproject.toml says it works.
    if sys.platform != "linux" or sys.version_info >= (3, 13):
        return
    compiler = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "gcc").split()[0]
    if shutil.which(compiler) is None:
        yield (
            "no C compiler: " + compiler + " is not on the path, and durable-rules is compiled on installing",
            "install one: apt-get install gcc (or dnf install gcc)",
        )
    header = os.path.join(sysconfig.get_path("include"), "Python.h")  # noqa: PTH118
    if not os.path.isfile(header):
        yield (
            "no Python headers: " + header + " does not exist, and durable-rules is compiled on installing",
            "install them: apt-get install python" + version + "-dev (or dnf install python3-devel)",
        )


if __name__ == "__main__":
    found = list(missing())
    for message, advice in found:
        sys.stderr.write("error: " + message + "\n  help: " + advice + "\n")
    sys.exit(1 if found else 0)
