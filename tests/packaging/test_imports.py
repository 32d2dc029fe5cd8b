"""What `import forbear` costs a host: nothing that only the command line, tests or proofs need."""

from __future__ import annotations

import subprocess
import sys

# structlog itself imports rich where it is installed, so rich is looked for among what our own modules name.
HEAVY = (
    "typer",
    "click",
    "hypothesis",
    "pytest",
    "z3",
    "durable",
    "psycopg",
    "psycopg_pool",
    "polars",
    "pyarrow",
    "polars",
    "pyarrow",
    "ahocorasick_rs",
    "stamina",
    "forbear.cli",
    "forbear.describe",
    "forbear.explain",
    "forbear.format",
    "forbear.prove",
    "forbear.schema",
    "forbear.testing",
    "forbear_plugins",
)


def test_the_core_loads_nothing_that_only_commands_tests_or_proofs_need():
    program = f"import sys, forbear; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_core_itself_does_not_ask_for_rich():
    program = (
        "import sys, structlog\n"
        "for name in [one for one in sys.modules if one.partition('.')[0] == 'rich']: del sys.modules[name]\n"
        "import forbear\n"
        "print(*[one for one in sys.modules if one.partition('.')[0] == 'rich'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_every_public_name_is_there_and_listed_in_order():
    import forbear

    assert [name for name in forbear.__all__ if not hasattr(forbear, name)] == []
    assert list(forbear.__all__) == sorted(forbear.__all__)
