"""The engines of RDS: one API answers for RDS, Aurora, DocumentDB and Neptune.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

DOCDB = "docdb"
NEPTUNE = "neptune"
AURORA_MYSQL = "aurora-mysql"
AURORA_POSTGRESQL = "aurora-postgresql"
MARIADB = "mariadb"
MYSQL = "mysql"
POSTGRES = "postgres"
ORACLE = "oracle"
SQLSERVER = "sqlserver"

SQLSERVER_EXPRESS = "sqlserver-ex"
"""The edition without SQL Server Agent."""

NAMES: Mapping[str, str] = MappingProxyType(
    {
        DOCDB: "DocumentDB",
        NEPTUNE: "Neptune",
        AURORA_MYSQL: "Aurora MySQL",
        AURORA_POSTGRESQL: "Aurora PostgreSQL",
        MARIADB: "MariaDB",
        MYSQL: "MySQL",
        POSTGRES: "PostgreSQL",
        ORACLE: "Oracle",
        SQLSERVER: "SQL Server",
        "db2": "Db2",
    }
)
"""The names of engine families, as AWS writes them."""

_NUMBERS = re.compile(r"\d+")


def family(engine: str) -> str:
    """Return the family of an engine: `oracle` for `oracle-se2-cdb`, `custom` for engines of RDS Custom.

    `aurora` is what AWS calls the first version of Aurora MySQL.
    """
    if engine == "aurora":
        return AURORA_MYSQL
    if engine.startswith("aurora"):
        return engine
    return engine.partition("-")[0]


def base(engine: str) -> str:
    """Return the family of an engine; for RDS Custom that of the database itself."""
    return family(engine.removeprefix("custom-"))


def named(engine: str) -> str:
    """Return the name of an engine for people."""
    return NAMES.get(family(engine), engine)


def version_numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, for comparisons: (10, 6, 14) of `10.6.14`.

    Of Aurora MySQL they are those behind `mysql_aurora.`, which are Aurora's own: (3, 8, 0) of
    `8.0.mysql_aurora.3.08.0`. A version without a number has none.
    """
    return tuple(int(each) for each in _NUMBERS.findall(version.rpartition("mysql_aurora.")[2]))
