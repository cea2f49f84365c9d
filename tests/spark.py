"""Spark for tests: small heaps, no compiler that warms up for hours, and every process ended."""

import importlib.util
import math
import os
import shutil
from pathlib import Path

DEFAULTS = """\
spark.driver.memory 768m
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.executor.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.sql.shuffle.partitions 2
"""
QUIET = """\
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
"""


def absent() -> str | None:
    """Why Spark cannot be tried on this machine; None where it can."""
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark is not installed (SPARK=1 make setup)"
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        return "Spark needs Java 17 or newer"
    return None


def settings(folder: Path) -> dict[str, str]:
    """The environment in which a Spark of the tests starts; its settings are written to a folder."""
    (folder / "spark-defaults.conf").write_text(DEFAULTS)
    (folder / "log4j2.properties").write_text(QUIET)
    return {"SPARK_CONF_DIR": str(folder), "SPARK_LOCAL_IP": "127.0.0.1"}


def end_java() -> None:
    """End the Java process that this one started, which would else live as long as it."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    if gateway is not None:
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait(timeout=30)
        SparkContext._gateway = SparkContext._jvm = None


def same(one: object, other: object, at: str = "") -> None:
    """That two findings are one: texts and counts to the last digit, what is a fraction to 1e-9."""
    if isinstance(one, dict):
        assert one.keys() == other.keys(), at
        for key in one.keys() - {"made_with"}:
            same(one[key], other[key], f"{at}.{key}")
    elif isinstance(one, list):
        assert len(one) == len(other), at
        for place, pair in enumerate(zip(one, other, strict=True)):
            same(*pair, f"{at}[{place}]")
    elif isinstance(one, float) and isinstance(other, float):
        assert math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12), (at, one, other)
    else:
        assert one == other, at
